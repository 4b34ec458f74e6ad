// One's own name and language.
import { Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";

const LANGUAGES = [
	{ value: "", label: "Not chosen" },
	{ value: "en", label: "English" },
	{ value: "es", label: "Español" },
];

interface ProfileValues {
	name: string;
	locale: string;
}

function Profile({ name, locale }: ProfileValues) {
	const form = useForm<ProfileValues>({ initialValues: { name, locale } });
	const save = useAction({
		run: (values: ProfileValues) =>
			send(api.PATCH("/api/v1/account", { body: { name: values.name, locale: values.locale || null } })),
		refresh: [["session"], ["account"]],
		done: "Saved",
		hasOwnProblem: true,
	});
	const languages = LANGUAGES.some(({ value }) => value === locale)
		? LANGUAGES
		: [...LANGUAGES, { value: locale, label: locale }];
	return (
		<form
			className="gh-form"
			onSubmit={form.onSubmit((values) =>
				save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
			)}
		>
			<TextInput label="Name" autoComplete="name" maxLength={255} {...form.getInputProps("name")} />
			<Select
				label="Language of your mails"
				data={languages}
				allowDeselect={false}
				{...form.getInputProps("locale")}
			/>
			<FormFoot
				submit="Save"
				error={save.error}
				isRunning={save.isPending}
				calls={[
					{
						method: "PATCH",
						path: "/api/v1/account",
						body: { name: form.values.name, locale: form.values.locale || null },
						isSessionOnly: true,
						isPersonal: true,
					},
				]}
			/>
		</form>
	);
}

export function ProfileForm() {
	const { data } = useQuery({ queryKey: ["account", "profile"], queryFn: () => send(api.GET("/api/v1/account")) });
	return (
		<Section title="Profile">
			{data ? <Profile key={data.id} name={data.name} locale={data.locale ?? ""} /> : null}
		</Section>
	);
}
