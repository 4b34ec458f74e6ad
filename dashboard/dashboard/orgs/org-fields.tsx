// The fields that making and changing an organization have in common.
import { Checkbox, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

export interface OrgValues {
	name: string;
	slug: string;
	description: string;
	logo_url: string;
	discoverable: boolean;
}

interface OrgFieldsProps {
	form: UseFormReturnType<OrgValues>;
	isSlugRequired?: boolean;
	isDisabled?: boolean;
}

export function OrgFields({ form, isSlugRequired, isDisabled }: OrgFieldsProps) {
	return (
		<>
			<TextInput label="Name" required maxLength={255} disabled={isDisabled} {...form.getInputProps("name")} />
			<TextInput
				label="Slug"
				description={isSlugRequired ? "Lower-case letters, digits, - and _" : "Made from the name when empty"}
				required={isSlugRequired}
				maxLength={64}
				disabled={isDisabled}
				{...form.getInputProps("slug")}
			/>
			<Textarea
				label="Description"
				maxLength={500}
				rows={2}
				disabled={isDisabled}
				{...form.getInputProps("description")}
			/>
			<TextInput
				label="Logo address"
				description="An https address of a square picture, for apps that show it"
				placeholder="https://…"
				type="url"
				maxLength={2048}
				disabled={isDisabled}
				{...form.getInputProps("logo_url")}
			/>
			<Checkbox
				label="Discoverable"
				description="Everybody with an account here finds its name, description and number of members; a code is still needed to join"
				disabled={isDisabled}
				{...form.getInputProps("discoverable", { type: "checkbox" })}
			/>
		</>
	);
}
