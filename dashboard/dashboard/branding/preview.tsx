// The draft as people would see it, drawn by the hosted pages' own code.
import { Group, NativeSelect, SegmentedControl, Stack } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { SignInConfig } from "../../hosted/brand";
import { openPreview, PREVIEW_PAGES, type PreviewPage } from "../../hosted/preview";

type Scheme = "light" | "dark";

const LANGUAGES = [
	{ value: "en", label: "English" },
	{ value: "es", label: "Español" },
];

interface PreviewProps {
	config: SignInConfig;
	css: string;
}

export function Preview({ config, css }: PreviewProps) {
	const frame = useRef<HTMLDivElement>(null);
	const draw = useRef<ReturnType<typeof openPreview>>(null);
	const [page, setPage] = useState<PreviewPage>("Sign in");
	const [width, setWidth] = useState("desktop");
	const [scheme, setScheme] = useState<Scheme>("light");
	const [language, setLanguage] = useState("en");
	const fixed = config.branding?.theme;
	const isFixed = fixed === "light" || fixed === "dark";
	const shown = isFixed ? fixed : scheme;

	useEffect(() => {
		if (frame.current && !draw.current) {
			draw.current = openPreview(frame.current);
		}
		void draw.current?.({
			config: { ...config, branding: { ...config.branding, theme: shown } },
			css,
			page,
			language,
		});
	}, [config, css, page, language, shown]);

	return (
		<Stack gap="sm" className="gh-preview">
			<Group gap="xs">
				<NativeSelect
					aria-label="Page"
					data={PREVIEW_PAGES}
					value={page}
					onChange={(event) => setPage(event.currentTarget.value as PreviewPage)}
				/>
				<NativeSelect
					aria-label="Language"
					data={LANGUAGES}
					value={language}
					onChange={(event) => setLanguage(event.currentTarget.value)}
				/>
				<SegmentedControl
					aria-label="Width"
					data={[
						{ value: "desktop", label: "Desktop" },
						{ value: "phone", label: "Phone" },
					]}
					value={width}
					onChange={setWidth}
				/>
				<SegmentedControl
					aria-label="Colours"
					disabled={isFixed}
					data={[
						{ value: "light", label: "Light" },
						{ value: "dark", label: "Dark" },
					]}
					value={shown}
					onChange={(value) => setScheme(value as Scheme)}
				/>
			</Group>
			<div
				ref={frame}
				className={`gh-preview-frame gh-preview-${width}`}
				role="img"
				aria-label={`Preview: ${page}, ${width}, ${shown}`}
				tabIndex={0}
			/>
		</Stack>
	);
}
