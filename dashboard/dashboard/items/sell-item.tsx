// How an item is sold: the call that an app's own page makes, and a link for one buyer.
import { NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { projectQuery } from "../api/queries";
import type { Item } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyBlock } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { money } from "../ui/money";
import { Loading } from "../ui/resource";

export default function SellItem({ item, onClose }: { item: Item; onClose: () => void }) {
	const { project } = useProjectPlace();
	const { data } = useQuery(projectQuery(project.id));
	return (
		<Dialog onClose={onClose} title={`Sell ${item.name}`} size="lg">
			{data ? <Ways item={item} clientId={data.value.client_id} onClose={onClose} /> : <Loading />}
		</Dialog>
	);
}

interface WaysProps {
	item: Item;
	clientId: string;
	onClose: () => void;
}

function Ways({ item, clientId, onClose }: WaysProps) {
	const { project } = useProjectPlace();
	const form = useForm<{ buyer_email: string; amount: number | "" }>({ initialValues: { buyer_email: "", amount: "" } });
	const path = `/api/v1/items/${item.id}/purchase`;
	const toBody = ({ buyer_email, amount }: typeof form.values) => ({
		client_id: clientId,
		buyer_email,
		...(amount === "" ? {} : { amount }),
	});
	const begin = useAction({
		run: (values: typeof form.values) => send(api.POST("/api/v1/items/{id}/purchase", { params: { path: { id: item.id } }, body: toBody(values) })),
		refresh: [["payments", project.id]],
		done: "The link is made",
		hasOwnProblem: true,
	});
	const example = JSON.stringify(toBody({ buyer_email: "ada@example.com", amount: "" }));
	return (
		<Stack gap="md">
			<div>
				<Text size="sm" mb={4}>
					Your own page asks so, without a key, and sends the buyer to the invoice_url of the answer:
				</Text>
				<CopyBlock
					label="curl line of a purchase"
					text={`curl ${window.location.origin}${path} -H 'Content-Type: application/json' \\\n  -d '${example}'`}
				/>
			</div>
			<form onSubmit={form.onSubmit((values) => begin.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}>
				<Stack gap="md">
					<TextInput
						label="Buyer's e-mail address"
						description="Or make the link here, and send it to them"
						type="email"
						required
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("buyer_email")}
					/>
					{item.custom_amount ? (
						<NumberInput
							label="Amount"
							description={`In the currency's least unit, at least the price: ${money(item.price, item.currency)}`}
							min={item.price}
							clampBehavior="none"
							allowDecimal={false}
							{...form.getInputProps("amount")}
						/>
					) : null}
					{begin.data ? <CopyBlock label="Link for the buyer" text={begin.data.invoice_url} /> : null}
					<FormFoot submit="Make link" error={begin.error} isRunning={begin.isPending} onCancel={onClose} />
				</Stack>
			</form>
		</Stack>
	);
}
