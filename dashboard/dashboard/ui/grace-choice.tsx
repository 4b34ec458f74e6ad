// How long an old secret works beside its successor.
import { NativeSelect } from "@mantine/core";

const GRACES = [
	{ value: "0", label: "End it at once" },
	{ value: "3600", label: "Keep it for an hour" },
	{ value: "86400", label: "Keep it for a day" },
	{ value: "604800", label: "Keep it for a week" },
];

export const USUAL_GRACE_S = 3600;

interface GraceChoiceProps {
	label: string;
	grace_s: number;
	onChange: (grace_s: number) => void;
}

export function GraceChoice({ label, grace_s, onChange }: GraceChoiceProps) {
	return (
		<NativeSelect
			label={label}
			data={GRACES}
			value={String(grace_s)}
			onChange={(event) => onChange(Number(event.currentTarget.value))}
			data-autofocus
		/>
	);
}
