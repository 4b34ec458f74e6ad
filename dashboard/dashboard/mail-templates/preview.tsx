// The draft as a mail, in a frame that may do nothing but show it.
import { SegmentedControl, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { FormProblem } from "../ui/resource";

interface Mail {
	subject: string;
	html: string;
	text: string;
}

interface PreviewProps {
	mail: Mail | undefined;
	/** Why there is no newer one. */
	error: unknown;
}

/** Of an origin that is nobody's, with a policy of its own: nginx serves it so (gatehouse-mail-preview.conf). */
function MailFrame({ html, width }: { html: string; width: string }) {
	const frame = useRef<HTMLIFrameElement>(null);
	const [isThere, setThere] = useState(false);
	useEffect(() => {
		if (isThere) {
			frame.current?.contentWindow?.postMessage({ mail: html }, "*");
		}
	}, [html, isThere]);
	return (
		<iframe
			ref={frame}
			title="The mail"
			src="/dashboard/mail-preview.html"
			sandbox="allow-scripts"
			className={`gh-preview-frame gh-mail-frame gh-preview-${width}`}
			onLoad={() => setThere(true)}
		/>
	);
}

export function Preview({ mail, error }: PreviewProps) {
	const [width, setWidth] = useState("desktop");
	return (
		<Stack gap="sm" className="gh-preview">
			<SegmentedControl
				aria-label="Width"
				data={[
					{ value: "desktop", label: "Desktop" },
					{ value: "phone", label: "Phone" },
					{ value: "text", label: "Text only" },
				]}
				value={width}
				onChange={setWidth}
			/>
			<FormProblem error={error} />
			<Text component="h3" size="sm" fw={600} className="gh-break">
				{mail ? mail.subject : "…"}
			</Text>
			{width === "text" ? (
				<pre className="gh-preview-frame gh-mail-text" tabIndex={0} aria-label="The mail as text">
					{mail?.text}
				</pre>
			) : (
				<MailFrame html={mail?.html ?? ""} width={width} />
			)}
		</Stack>
	);
}
