// Opens the palette: a button in the header, and Ctrl-K or ⌘K anywhere.
import { ActionIcon } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

const Palette = lazy(() => import("./palette"));

export function PaletteButton() {
	const [isOpen, setOpen] = useState(false);
	useHotkeys([["mod+K", () => setOpen(true)]], []);
	return (
		<>
			<ActionIcon variant="default" size={36} radius="md" aria-label="Find anything" title="Ctrl-K" onClick={() => setOpen(true)}>
				<IconSearch size={17} stroke={1.7} aria-hidden />
			</ActionIcon>
			{isOpen ? (
				<Suspense>
					<Palette onClose={() => setOpen(false)} />
				</Suspense>
			) : null}
		</>
	);
}
