// Lets any action ask "is it still you?"; the shell shows the dialog while somebody waits.

type Answer = (isConfirmed: boolean) => void;

let waiting: Answer | null = null;
const listeners = new Set<() => void>();

function change(next: Answer | null): void {
	waiting = next;
	for (const listener of listeners) {
		listener();
	}
}

/** Resolves to true once the person has signed in afresh, to false if they closed the dialog. */
export function confirmIdentity(): Promise<boolean> {
	return new Promise((resolve) => {
		waiting?.(false);
		change(resolve);
	});
}

export function answerIdentity(isConfirmed: boolean): void {
	waiting?.(isConfirmed);
	change(null);
}

export function subscribeIdentity(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

export function isIdentityAsked(): boolean {
	return waiting !== null;
}
