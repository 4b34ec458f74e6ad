// The fields of a branding's form: names, colours, shape, links, style sheet.
import { Button, FileButton, Group, Input, NativeSelect, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useId } from "react";
import { toast } from "../ui/toast";
import type { Draft, Removed } from "./draft";
import { readLogo } from "./logo";

type TextName = { [Name in keyof Draft]-?: Draft[Name] extends string ? Name : never }[keyof Draft];
type NumberName = "radius" | "card_width";

export interface FieldsProps {
	draft: Draft;
	change: (changes: Partial<Draft>) => void;
	/** The server's word about a field, by its name. */
	problems: Record<string, string>;
	isDisabled: boolean;
}

interface OneProps<Name> extends FieldsProps {
	name: Name;
	label: string;
	description?: string;
	placeholder?: string;
}

function textProps({ draft, change, problems, isDisabled, name, label, description, placeholder }: OneProps<TextName>) {
	return {
		label,
		description,
		placeholder,
		value: draft[name],
		error: problems[name] ?? problems[name.replace("dark_", "dark.")],
		disabled: isDisabled,
		onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
	};
}

/** The browser's own colour chooser beside the text; an empty one shows what it follows. */
function Color(props: OneProps<TextName> & { follows: string }) {
	const { draft, name, change, isDisabled, label, follows } = props;
	return (
		<TextInput
			{...textProps(props)}
			maxLength={7}
			leftSection={
				<input
					type="color"
					className="gh-color"
					aria-label={`Choose: ${label}`}
					value={/^#[0-9a-f]{6}$/i.test(draft[name]) ? draft[name] : follows}
					disabled={isDisabled}
					onChange={(event) => change({ [name]: event.currentTarget.value })}
				/>
			}
		/>
	);
}

function Range(props: OneProps<NumberName> & { min: number; max: number }) {
	const { draft, change, name, label, min, max, isDisabled } = props;
	const id = useId();
	return (
		<Input.Wrapper id={id} label={`${label}: ${draft[name]} px`}>
			<input
				id={id}
				type="range"
				className="gh-range"
				min={min}
				max={max}
				value={draft[name]}
				disabled={isDisabled}
				onChange={(event) => change({ [name]: Number(event.currentTarget.value) })}
			/>
		</Input.Wrapper>
	);
}

export function Names(props: FieldsProps & { projectName: string; hasLogo: boolean }) {
	const { change, isDisabled, hasLogo, problems } = props;
	const choose = async (file: File | null) => {
		if (!file) {
			return;
		}
		try {
			change({ logo: await readLogo(file) });
		} catch {
			toast("That file isn't a picture that this browser can read.", true);
		}
	};
	return (
		<>
			<TextInput
				{...textProps({ ...props, name: "app_name", label: "Name", placeholder: props.projectName })}
				maxLength={100}
			/>
			<Input.Wrapper label="Logo" description="A square picture; it's made small here." error={problems.data_base64}>
				<Group gap="xs" mt={6}>
					<FileButton onChange={choose} accept="image/png,image/jpeg,image/webp" disabled={isDisabled}>
						{(button) => (
							<Button variant="default" size="xs" disabled={isDisabled} {...button}>
								{hasLogo ? "Another picture" : "Choose a picture"}
							</Button>
						)}
					</FileButton>
					{hasLogo ? (
						<Button variant="subtle" color="gray" size="xs" disabled={isDisabled} onClick={() => change({ logo: null })}>
							Remove the logo
						</Button>
					) : null}
				</Group>
			</Input.Wrapper>
		</>
	);
}

export function Colors(props: FieldsProps) {
	const { draft, change, isDisabled } = props;
	return (
		<>
			<Stack gap={6}>
				<Input.Label component="div">Theme</Input.Label>
				<SegmentedControl
					aria-label="Theme"
					disabled={isDisabled}
					data={[
						{ value: "auto", label: "The reader's" },
						{ value: "light", label: "Light" },
						{ value: "dark", label: "Dark" },
					]}
					value={draft.theme}
					onChange={(value) => change({ theme: value as Draft["theme"] })}
				/>
			</Stack>
			<div className="gh-pair">
				<Color {...props} name="primary_color" label="Colour" follows="#0f766e" />
				<Color {...props} name="background_color" label="Background" follows="#f5f5f4" />
				<Color
					{...props}
					name="dark_primary_color"
					label="Colour in the dark"
					placeholder="the same"
					follows={draft.primary_color}
				/>
				<Color
					{...props}
					name="dark_background_color"
					label="Background in the dark"
					placeholder="#131110"
					follows="#131110"
				/>
			</div>
			<Text size="sm" c="dimmed">
				Texts on these colours are black or white, whichever reads better; links are made readable.
			</Text>
		</>
	);
}

const FONTS = [
	{ value: "inter", label: "Inter" },
	{ value: "system", label: "The system's" },
	{ value: "roboto", label: "Roboto" },
	{ value: "serif", label: "Serif" },
	{ value: "mono", label: "Monospace" },
];

export function Shape(props: FieldsProps) {
	const { draft, change, isDisabled } = props;
	return (
		<>
			<NativeSelect
				label="Font"
				description="Where readers have it; the system's otherwise. Nothing is loaded."
				data={FONTS}
				value={draft.font}
				disabled={isDisabled}
				onChange={(event) => change({ font: event.currentTarget.value as Draft["font"] })}
			/>
			<div className="gh-pair">
				<Range {...props} name="radius" label="Corners" min={0} max={32} />
				<Range {...props} name="card_width" label="Card" min={320} max={560} />
			</div>
		</>
	);
}

export function Links(props: FieldsProps) {
	return (
		<>
			<TextInput {...textProps({ ...props, name: "terms_url", label: "Terms", placeholder: "https://…" })} type="url" />
			<TextInput {...textProps({ ...props, name: "privacy_url", label: "Privacy", placeholder: "https://…" })} type="url" />
			<TextInput
				{...textProps({ ...props, name: "support_email", label: "Help", placeholder: "help@example.com" })}
				type="email"
			/>
		</>
	);
}

const WHY: Record<string, string> = {
	url: "fetches something",
	import: "loads another sheet",
	font_face: "loads a font",
	expression: "runs a script",
	behavior: "runs a script",
	binding: "runs a script",
	script: "runs a script",
	markup: "leaves the style sheet",
	escape: "hides its meaning",
	position: "lies over the page",
	at_rule: "isn't allowed here",
	selector: "isn't a class .gh-…",
	property: "isn't an allowed property",
	value: "isn't an allowed value",
	syntax: "can't be read",
};

export function StyleSheet(props: FieldsProps & { removed: readonly Removed[] }) {
	return (
		<>
			<Textarea
				{...textProps({
					...props,
					name: "custom_css",
					label: "Style sheet",
					description: "Rules for the pages' classes: .gh-card, .gh-brand, .gh-field, .gh-primary, .gh-foot …",
					placeholder: ".gh-card { box-shadow: none }",
				})}
				classNames={{ input: "gh-code-input" }}
				rows={8}
				spellCheck={false}
				maxLength={10000}
			/>
			{props.removed.length > 0 ? (
				<div className="gh-banner gh-left-out" role="status">
					<p>Left out of what is served:</p>
					<ul>
						{props.removed.map(({ line, text, rule }, index) => (
							<li key={`${index} ${line}`}>
								Line {line}: <code>{text}</code> {WHY[rule] ?? rule}
							</li>
						))}
					</ul>
				</div>
			) : null}
		</>
	);
}
