// A dialog that is there as long as it's drawn; when it goes, the focus returns to what opened it.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";

interface DialogProps {
	title: string;
	size?: string;
	/** It shows what can never be read again: leaving by Escape or the cross asks first. */
	showsSecret?: boolean;
	onClose: () => void;
	children: ReactNode;
}

/** What has the focus now; for a menu's item, which is about to vanish, the menu's button. */
function opener(): HTMLElement | null {
	const active = document.activeElement;
	const button = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
	return button ? document.getElementById(button) : (active as HTMLElement | null);
}

export function Dialog({ title, size, showsSecret, onClose, children }: DialogProps) {
	const [isLeaving, setLeaving] = useState(false);
	const content = useRef<HTMLDivElement>(null);
	const openedBy = useRef<HTMLElement | null>(null);
	// While drawing, before the dialog's own focus trap takes the focus away.
	openedBy.current ??= opener();
	useEffect(() => {
		const element = openedBy.current;
		return () => {
			// After the trap has let go.
			setTimeout(() => {
				if (element?.isConnected && (document.activeElement === document.body || !document.activeElement)) {
					element.focus();
				}
			});
		};
	}, []);
	const stay = () => {
		setLeaving(false);
		// Once it's drawn again: the button that had the focus is gone.
		setTimeout(() => content.current?.focus());
	};
	const askFirst = () => (isLeaving ? stay() : setLeaving(true));
	return (
		<Modal
			opened
			onClose={showsSecret ? askFirst : onClose}
			title={title}
			size={size}
			closeOnClickOutside={!showsSecret}
			returnFocus={false}
		>
			<div ref={content} tabIndex={-1} className="gh-dialog" hidden={isLeaving}>
				{children}
			</div>
			{isLeaving ? <Leaving onStay={stay} onLeave={onClose} /> : null}
		</Modal>
	);
}

function Leaving({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
	return (
		<Stack gap="md">
			<Text>This can't be shown again. Close it without having stored it?</Text>
			<Group justify="flex-end">
				<Button variant="default" autoFocus onClick={onStay}>
					Keep it open
				</Button>
				<Button color="red.8" onClick={onLeave}>
					Close for good
				</Button>
			</Group>
		</Stack>
	);
}
