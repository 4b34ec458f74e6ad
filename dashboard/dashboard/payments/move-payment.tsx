// The dialog in which somebody says that a payment by hand came, or calls it off.
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Payment } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { money } from "../ui/money";
import { FormProblem } from "../ui/resource";
import { ViewAsApi } from "../ui/view-as-api";

type Verb = "settle" | "cancel";

const WORDS: Record<Verb, { title: string; button: string; done: string; effect: string }> = {
	settle: {
		title: "The money came",
		button: "It came",
		done: "The payment is paid",
		effect: "The buyer gets what they paid for, and your app is told. That can't be taken back.",
	},
	cancel: {
		title: "Call the payment off",
		button: "Call it off",
		done: "The payment is called off",
		effect: "Its page says so, and your app is told. If the money comes after all, you can still say so.",
	},
};

interface MovePaymentProps {
	payment: Payment;
	verb: Verb;
	onClose: () => void;
}

export default function MovePayment({ payment, verb, onClose }: MovePaymentProps) {
	const { project } = useProjectPlace();
	const { title, button, done, effect } = WORDS[verb];
	const form = useForm({ initialValues: { reference: "", day: "" } });
	const toSettle = ({ reference, day }: typeof form.values) => ({ reference, ...(day ? { paid_at: `${day}T00:00:00.000Z` } : {}) });
	const toCancel = ({ reference }: typeof form.values) => (reference ? { reference } : {});
	const to = { params: { path: { id: payment.id } }, headers: onProject(project.id) };
	const move = useAction({
		run: (values: typeof form.values) =>
			verb === "settle"
				? send(api.POST("/api/v1/payments/{id}/settle", { ...to, body: toSettle(values) }))
				: send(api.POST("/api/v1/payments/{id}/cancel", { ...to, body: toCancel(values) })),
		refresh: [
			["payment", project.id, payment.id],
			["payments", project.id],
			["audit-events", project.id],
		],
		done,
		onDone: onClose,
		hasOwnProblem: true,
	});
	const showErrors = (error: unknown) => {
		const { paid_at: day, ...others } = fieldErrors(error);
		form.setErrors(day ? { ...others, day } : others);
	};
	return (
		<Dialog onClose={onClose} title={title}>
			<form onSubmit={form.onSubmit((values) => move.mutate(values, { onError: showErrors }))}>
				<Stack gap="md">
					<Text>
						{money(payment.amount, payment.currency)} of <span className="gh-break">{payment.buyer_email}</span>, order <code>{payment.order_id}</code>. {effect}
					</Text>
					<TextInput
						label="Reference"
						description="What the bank calls it, without blanks; no two payments have the same"
						required={verb === "settle"}
						maxLength={255}
						autoComplete="off"
						spellCheck={false}
						data-autofocus
						{...form.getInputProps("reference")}
					/>
					{verb === "settle" ? (
						<TextInput type="date" label="Day it came" description="Empty: now" {...form.getInputProps("day")} />
					) : null}
					<FormProblem error={move.error} />
					<Group justify="flex-end">
						<Button variant="default" onClick={onClose}>
							Keep it as it is
						</Button>
						<Button type="submit" color={verb === "cancel" ? "red.8" : undefined} loading={move.isPending}>
							{button}
						</Button>
					</Group>
					<ViewAsApi
						calls={[
							{
								method: "POST",
								path: `/api/v1/payments/${payment.id}/${verb}`,
								body: verb === "settle" ? toSettle(form.values) : toCancel(form.values),
								projectId: project.id,
							},
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
