// The list of redirect URIs: one line each, with the server's word about it beneath.
import { ActionIcon, Button, Group, Input, Stack, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { ProjectValues } from "./project-fields";

interface RedirectUrisProps<Values extends ProjectValues> {
	form: UseFormReturnType<Values>;
	isDisabled?: boolean;
}

export function RedirectUris<Values extends ProjectValues>({ form, isDisabled }: RedirectUrisProps<Values>) {
	const uris = form.getValues().redirect_uris;
	return (
		<Stack gap={6} role="group" aria-label="Redirect URIs">
			<Input.Label component="div">Redirect URIs</Input.Label>
			<Input.Description>Where sign-in may lead back to: exact addresses, https or localhost.</Input.Description>
			{uris.map((_, index) => (
				<Group key={form.key(`redirect_uris.${index}`)} gap={6} align="flex-start" wrap="nowrap">
					<TextInput
						flex={1}
						aria-label={`Redirect URI ${index + 1}`}
						placeholder="https://app.example.com/callback"
						disabled={isDisabled}
						{...form.getInputProps(`redirect_uris.${index}`)}
					/>
					<ActionIcon
						size={36}
						variant="subtle"
						color="gray"
						disabled={isDisabled || uris.length === 1}
						aria-label={`Remove redirect URI ${index + 1}`}
						onClick={() => form.removeListItem("redirect_uris", index)}
					>
						<IconX size={16} />
					</ActionIcon>
				</Group>
			))}
			{form.errors.redirect_uris ? <Input.Error>{form.errors.redirect_uris}</Input.Error> : null}
			<Group>
				<Button
					variant="default"
					size="xs"
					leftSection={<IconPlus size={14} />}
					disabled={isDisabled || uris.length >= 50}
					onClick={() => form.insertListItem("redirect_uris", "" as never)}
				>
					Add another
				</Button>
			</Group>
		</Stack>
	);
}
