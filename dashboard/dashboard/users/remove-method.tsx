// The dialog before one of a user's ways to sign in goes.
import type { ReactNode } from "react";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

interface Props {
	title: string;
	button: string;
	done: string;
	/** Of the call, for whoever wants it on the command line. */
	path: string;
	run: () => Promise<unknown>;
	refresh: readonly (readonly unknown[])[];
	onClose: () => void;
	children: ReactNode;
}

export default function RemoveMethod({ title, button, done, path, run, refresh, onClose, children }: Props) {
	const { project } = useProjectPlace();
	const remove = useAction({ run, refresh, done, onDone: onClose, hasOwnProblem: true });
	return (
		<Confirm
			title={title}
			button={button}
			isRunning={remove.isPending}
			error={remove.error}
			calls={[{ method: "DELETE", path, projectId: project.id }]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			{children}
		</Confirm>
	);
}
