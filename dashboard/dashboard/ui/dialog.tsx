// A dialog that is there as long as it's drawn; when it goes, the focus returns to what opened it.
import { Modal } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";

interface DialogProps {
	title: string;
	size?: string;
	closeOnClickOutside?: boolean;
	onClose: () => void;
	children: ReactNode;
}

/** What has the focus now; for a menu's item, which is about to vanish, the menu's button. */
function opener(): HTMLElement | null {
	const active = document.activeElement;
	const button = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
	return button ? document.getElementById(button) : (active as HTMLElement | null);
}

export function Dialog({ title, size, closeOnClickOutside, onClose, children }: DialogProps) {
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
	return (
		<Modal
			opened
			onClose={onClose}
			title={title}
			size={size}
			closeOnClickOutside={closeOnClickOutside}
			returnFocus={false}
		>
			{children}
		</Modal>
	);
}
