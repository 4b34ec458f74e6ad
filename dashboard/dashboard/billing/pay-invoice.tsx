// The button that leads to where an open invoice is paid.
import { Button } from "@mantine/core";
import { useCheckout } from "./checkout";

export function PayInvoice({ invoice }: { invoice: { id: string; number: number } }) {
	const checkout = useCheckout();
	return (
		<Button
			size="compact-sm"
			aria-label={`Pay invoice No. ${invoice.number}`}
			loading={checkout.isPending || checkout.isSuccess}
			onClick={() => checkout.mutate({ invoice_id: invoice.id })}
		>
			Pay
		</Button>
	);
}
