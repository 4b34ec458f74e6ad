// The dialog that makes or changes an item.
import { Checkbox, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Item } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { money } from "../ui/money";

const AT = "/api/v1/items";

const valuesOf = (item?: Item) => ({
	name: item?.name ?? "",
	description: item?.description ?? "",
	price: item?.price ?? 0,
	currency: item?.currency ?? "USD",
	custom_amount: item?.custom_amount ?? false,
	active: item?.active ?? true,
});

type Values = ReturnType<typeof valuesOf>;

const bodyOf = ({ description, ...rest }: Values) => ({ ...rest, description: description === "" ? null : description });

export default function ItemForm({ item, onClose }: { item?: Item; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: valuesOf(item) });
	const headers = onProject(project.id);
	const save = useAction({
		run: (values: Values) =>
			item
				? send(api.PATCH("/api/v1/items/{id}", { params: { path: { id: item.id } }, body: bodyOf(values), headers }))
				: send(api.POST(AT, { body: bodyOf(values), headers })),
		refresh: [
			["items", project.id],
			["audit-events", project.id],
		],
		done: item ? "Saved" : "The item is made",
		onDone: onClose,
		hasOwnProblem: true,
	});
	const { price, currency } = form.values;
	return (
		<Dialog onClose={onClose} title={item ? `Edit ${item.name}` : "New item"}>
			<form onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}>
				<Stack gap="md">
					<TextInput label="Name" required maxLength={255} autoComplete="off" data-autofocus {...form.getInputProps("name")} />
					<Textarea label="Description" maxLength={1000} autosize minRows={2} {...form.getInputProps("description")} />
					<NumberInput
						label="Price"
						description={`In the currency's least unit: ${price} is ${money(Number(price) || 0, currency)}`}
						min={0}
						clampBehavior="none"
						allowDecimal={false}
						{...form.getInputProps("price")}
					/>
					<TextInput label="Currency" description="ISO 4217, as USD or IDR" required maxLength={3} {...form.getInputProps("currency")} />
					<Checkbox
						label="Buyers may give more"
						description="Then the price is the least, and may be 0"
						{...form.getInputProps("custom_amount", { type: "checkbox" })}
					/>
					<Checkbox
						label="For sale"
						description="Off sale nobody sees it; payments that have begun go on, with the amount they began with"
						{...form.getInputProps("active", { type: "checkbox" })}
					/>
					<FormFoot
						submit={item ? "Save" : "Make item"}
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[
							item
								? { method: "PATCH", path: `${AT}/${item.id}`, body: bodyOf(form.values), projectId: project.id }
								: { method: "POST", path: AT, body: bodyOf(form.values), projectId: project.id },
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
