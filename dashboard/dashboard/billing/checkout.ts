// Begins to pay for a plan or an invoice, and leaves for the page where that is done.
import { api, send } from "../api/client";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";

export const CHECKOUT = "/api/v1/billing/checkout";

type Bought = { plan_key: string } | { invoice_id: string };

export function useCheckout({ hasOwnProblem = false } = {}) {
	const { org } = usePlace();
	return useAction({
		run: (body: Bought) => send(api.POST(CHECKOUT, { body })),
		refresh: [["invoices", org.id]],
		onDone: ({ invoice_url: url }) => {
			if (url) {
				location.assign(url);
			}
		},
		hasOwnProblem,
	});
}
