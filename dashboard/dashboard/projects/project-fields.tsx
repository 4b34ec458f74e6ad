// The fields that creating and changing a project have in common.
import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { RedirectUris } from "./redirect-uris";

export type ProjectType = "web" | "mcp" | "hybrid";

export interface ProjectValues {
	name: string;
	slug: string;
	type: ProjectType;
	description: string;
	logo_url: string;
	redirect_uris: string[];
}

export const PROJECT_TYPES: { value: ProjectType; label: string }[] = [
	{ value: "web", label: "Web: people sign in to an app" },
	{ value: "mcp", label: "MCP: agents call a tool server" },
	{ value: "hybrid", label: "Hybrid: both" },
];

interface FieldsProps<Values extends ProjectValues> {
	form: UseFormReturnType<Values>;
	isSlugRequired?: boolean;
	isSlugFixed?: boolean;
	isDisabled?: boolean;
}

export function NameAndSlug<Values extends ProjectValues>({
	form,
	isSlugRequired,
	isSlugFixed,
	isDisabled,
}: FieldsProps<Values>) {
	return (
		<>
			<TextInput
				label="Name"
				required
				maxLength={255}
				disabled={isDisabled}
				key={form.key("name")}
				{...form.getInputProps("name")}
				data-autofocus
			/>
			<TextInput
				label="Slug"
				description={
					isSlugRequired
						? "Lower-case letters, digits, - and _"
						: "Lower-case letters, digits, - and _. Made from the name when empty."
				}
				required={isSlugRequired}
				maxLength={64}
				disabled={isDisabled || isSlugFixed}
				key={form.key("slug")}
				{...form.getInputProps("slug")}
			/>
		</>
	);
}

export function TypeAndTexts<Values extends ProjectValues>({ form, isDisabled }: FieldsProps<Values>) {
	return (
		<>
			<NativeSelect
				label="Type"
				data={PROJECT_TYPES}
				disabled={isDisabled}
				key={form.key("type")}
				{...form.getInputProps("type")}
			/>
			<Textarea
				label="Description"
				maxLength={500}
				autosize={false}
				rows={2}
				disabled={isDisabled}
				key={form.key("description")}
				{...form.getInputProps("description")}
			/>
			<TextInput
				label="Logo address"
				description="An https address of a square picture, for apps that show it"
				placeholder="https://…"
				type="url"
				maxLength={2048}
				disabled={isDisabled}
				key={form.key("logo_url")}
				{...form.getInputProps("logo_url")}
			/>
			<RedirectUris form={form} isDisabled={isDisabled} />
		</>
	);
}
