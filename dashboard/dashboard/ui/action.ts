// Changes to the server: runs one, refreshes what it touched, says how it went.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, sentence } from "../api/errors";
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

/** Runs again once after the person has proved who they are, when the server asks for that. */
async function runConfirmed<Input, Output>(run: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
	try {
		return await run(input);
	} catch (error) {
		if (!(error instanceof ApiError) || error.code !== "reauthentication_required") {
			throw error;
		}
		if (!(await confirmIdentity())) {
			throw error;
		}
		return run(input);
	}
}

export function useAction<Input, Output>(options: ActionOptions<Input, Output>) {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (input: Input) => runConfirmed(options.run, input),
		onSuccess: async (output, input) => {
			if (options.done) {
				toast(typeof options.done === "function" ? options.done(output) : options.done);
			}
			options.onDone?.(output, input);
			await Promise.all((options.refresh ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })));
		},
		onError: (error) => {
			if (!options.hasOwnProblem) {
				toast(sentence(error), true);
			}
		},
	});
}
