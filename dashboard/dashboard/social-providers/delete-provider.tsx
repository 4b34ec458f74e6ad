// The dialog before a provider is taken away; typed where that stops sign-ins.
import { api, onProject, send } from "../api/client";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { AT, type Kind, type Provider } from "./kinds";
import { staleAfter } from "./queries";

interface DeleteProviderProps {
	kind: Kind;
	provider: Provider;
	onClose: () => void;
}

export default function DeleteProvider({ kind, provider, onClose }: DeleteProviderProps) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () =>
			send(api.DELETE(`${AT}/{key}`, { params: { path: { key: kind.key } }, headers: onProject(project.id) })),
		refresh: staleAfter(project.id),
		done: `${kind.name} is gone`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${kind.name}?`}
			typed={provider.ready ? kind.key : undefined}
			button="Delete provider"
			calls={[{ method: "DELETE", path: `${AT}/${kind.key}`, projectId: project.id }]}
			isRunning={remove.isPending}
			error={remove.error}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			{provider.ready
				? "From this moment nobody can sign in with it. Its credentials are erased; set up again, it needs them anew."
				: "Its credentials are erased; set up again, it needs them anew."}
		</Confirm>
	);
}
