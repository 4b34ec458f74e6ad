// Changes to the server: runs one, refreshes what it touched, says how it went.
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, sentence } from "../api/errors";
import { sessionQuery } from "../api/queries";
import { confirmIdentity } from "./identity";
import { toast } from "./toast";

interface ActionOptions<Input, Output> {
	run: (input: Input) => Promise<Output>;
	/** Keys of the queries that the change makes stale. */
	refresh?: readonly (readonly unknown[])[];
	done?: string | ((output: Output) => string);
	onDone?: (output: Output, input: Input) => void;
	/** Errors go into a toast unless a form shows them itself. */
	hasOwnProblem?: boolean;
}

/**
 * Runs again once where the reason can be put right: the person proves who they are, or the session, which another tab may have
 * renewed, is read again with its new token.
 */
async function runPersistently<Input, Output>(
	run: (input: Input) => Promise<Output>,
	input: Input,
	queries: QueryClient,
): Promise<Output> {
	try {
		return await run(input);
	} catch (error) {
		const code = error instanceof ApiError ? error.code : null;
		if (code === "csrf_failed") {
			await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
		} else if (code !== "reauthentication_required" || !(await confirmIdentity())) {
			throw error;
		}
		return run(input);
	}
}

export function useAction<Input, Output>(options: ActionOptions<Input, Output>) {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (input: Input) => runPersistently(options.run, input, queries),
		onSuccess: async (output, input) => {
			options.onDone?.(output, input);
			if (options.done) {
				toast(typeof options.done === "function" ? options.done(output) : options.done);
			}
			await Promise.all((options.refresh ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })));
		},
		onError: (error) => {
			if (!options.hasOwnProblem) {
				toast(sentence(error), true);
			}
		},
	});
}
