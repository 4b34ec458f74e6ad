// Text that copies itself: ids, secrets and whole blocks.
import { ActionIcon, Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";

/** Copies and says so for two seconds; without a clipboard the text stays selectable by hand. */
export function useCopy(text: string): { isCopied: boolean; copy: () => void } {
	const [isCopied, setCopied] = useState(false);
	useEffect(() => {
		if (!isCopied) {
			return undefined;
		}
		const timer = setTimeout(() => setCopied(false), 2000);
		return () => clearTimeout(timer);
	}, [isCopied]);
	return {
		isCopied,
		copy: () => {
			navigator.clipboard?.writeText(text).then(
				() => setCopied(true),
				() => setCopied(false),
			);
		},
	};
}

export function CopyIcon({ text, label }: { text: string; label: string }) {
	const { isCopied, copy } = useCopy(text);
	return (
		<ActionIcon variant="subtle" color="gray" size="md" onClick={copy} aria-label={isCopied ? "Copied" : label}>
			{isCopied ? <IconCheck size={16} /> : <IconCopy size={16} />}
		</ActionIcon>
	);
}

/** An id in a monospaced chip; pressing it copies. */
export function CopyId({ id, label = "Copy id" }: { id: string; label?: string }) {
	const { isCopied, copy } = useCopy(id);
	return (
		<button type="button" className="gh-id" onClick={copy} title={label} aria-label={`${label} ${id}`}>
			<code>{id}</code>
			{isCopied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
		</button>
	);
}

/** A block of text such as a snippet, with its own copy button. */
export function CopyBlock({ text, label, button = "Copy" }: { text: string; label: string; button?: string }) {
	const { isCopied, copy } = useCopy(text);
	return (
		<div className="gh-block">
			<pre tabIndex={0} aria-label={label} role="region">
				<code>{text}</code>
			</pre>
			<Button
				className="gh-block-copy"
				size="compact-xs"
				variant="default"
				onClick={copy}
				leftSection={isCopied ? <IconCheck size={13} /> : <IconCopy size={13} />}
				aria-label={`${button}: ${label}`}
			>
				{isCopied ? "Copied" : button}
			</Button>
		</div>
	);
}
