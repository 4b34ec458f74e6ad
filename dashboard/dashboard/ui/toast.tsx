// Short notices at the edge of the screen, read out by screen readers.
import { useEffect, useSyncExternalStore } from "react";

interface Notice {
	id: number;
	text: string;
	isError: boolean;
}

let notices: Notice[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: Notice[]): void {
	notices = next;
	for (const listener of listeners) {
		listener();
	}
}

export function toast(text: string, isError = false): void {
	lastId += 1;
	publish([...notices.slice(-2), { id: lastId, text, isError }]);
}

function dismiss(id: number): void {
	publish(notices.filter((notice) => notice.id !== id));
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

function NoticeLine({ notice }: { notice: Notice }) {
	useEffect(() => {
		const timer = setTimeout(() => dismiss(notice.id), notice.isError ? 9000 : 4500);
		return () => clearTimeout(timer);
	}, [notice]);
	return (
		<div className={notice.isError ? "gh-toast gh-toast-error" : "gh-toast"}>
			<span>{notice.text}</span>
			<button type="button" onClick={() => dismiss(notice.id)} aria-label="Dismiss">
				×
			</button>
		</div>
	);
}

export function Toasts() {
	const current = useSyncExternalStore(subscribe, () => notices);
	return (
		<div className="gh-toasts" role="status" aria-live="polite">
			{current.map((notice) => (
				<NoticeLine key={notice.id} notice={notice} />
			))}
		</div>
	);
}
