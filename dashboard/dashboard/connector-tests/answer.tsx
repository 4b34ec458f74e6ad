// Where a server that is tested sends the person back to: hands its answer on, and leads to the report.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { api, onProject, send } from "../api/client";
import { useAction } from "../ui/action";
import { Page } from "../ui/page";
import { Empty, Loading, Problem } from "../ui/resource";

const NAMES = ["code", "iss", "error", "error_description"] as const;

interface Answer {
	projectId: string;
	id: string;
	body: { state: string } & Partial<Record<(typeof NAMES)[number], string>>;
}

/** The state begins with the project and the test: whose answer it is, the server's own check says. */
function readAnswer(search: string): Answer | null {
	const query = new URLSearchParams(search);
	const state = query.get("state") ?? "";
	const [, projectId, id] = /^(prj_[a-z0-9]{16})\.(cnt_[a-z0-9]{16})\./.exec(state) ?? [];
	const said = NAMES.flatMap((name) => {
		const value = query.get(name);
		return value ? [[name, value]] : [];
	});
	return id ? { projectId, id, body: { state, ...Object.fromEntries(said) } } : null;
}

export function ConnectorAnswer() {
	const answer = useRef(readAnswer(location.search)).current;
	const wasSent = useRef(false);
	const navigate = useNavigate();
	const hand = useAction({
		run: ({ projectId, id, body }: Answer) =>
			send(
				api.POST("/api/v1/connector_tests/{id}/answer", { params: { path: { id } }, body, headers: onProject(projectId) }),
			),
		onDone: ({ url }, { projectId, id }) =>
			navigate({ to: "/projects/$projectId/connector-test", params: { projectId }, search: { test: id, url } as never, replace: true }),
		hasOwnProblem: true,
	});
	useEffect(() => {
		if (answer && !wasSent.current) {
			wasSent.current = true;
			hand.mutate(answer);
		}
	}, [answer, hand]);
	return (
		<Page title="Test a connector">
			{answer === null ? (
				<Empty title="No test is waiting for this">Begin one at Test a connector, and sign in from there.</Empty>
			) : hand.error ? (
				<Problem error={hand.error} />
			) : (
				<Loading />
			)}
		</Page>
	);
}
