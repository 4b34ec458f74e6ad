// Two machines side by side, and whether the settings take them for one.
import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Section } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Table } from "../ui/table";
import { type Comparison, compare, isMalformed, type Machine, type Outcome, PARTS, type Part, percentOf, refusalOf, type Rules } from "./tolerance";

/** One whose disk was replaced. */
const KNOWN: Machine = {
	uuid: "4c4c4544-0051-3610",
	motherboard: "CN-0K240Y-70163",
	disk: "WD-WX11A2345678",
	mac: "00:1A:2B:3C:4D:5E, 00:1A:2B:3C:4D:5F",
	bios: "",
	cpu: "",
	gpu: "",
};
const ASKING: Machine = { ...KNOWN, disk: "S3Z9NB0K412345", mac: "00:1A:2B:3C:4D:5E" };

const OUTCOMES: Record<Outcome, { label: string; tone: Tone }> = {
	same: { label: "Same", tone: "accent" },
	differs: { label: "Differs", tone: "danger" },
	missing: { label: "Not named", tone: "danger" },
	uncounted: { label: "Doesn't count", tone: "quiet" },
};

export function ToleranceTester({ rules }: { rules: Rules }) {
	const [known, setKnown] = useState(KNOWN);
	const [asking, setAsking] = useState(ASKING);
	const comparison = compare(known, asking, rules);
	const input = (part: Part, label: string, machine: Machine, change: (machine: Machine) => void) => (
		<TextInput
			aria-label={label}
			value={machine[part]}
			maxLength={256}
			autoComplete="off"
			spellCheck={false}
			error={isMalformed(part, machine[part]) ? "12 hexadecimal digits; a comma before the next" : null}
			onChange={(event) => change({ ...machine, [part]: event.currentTarget.value })}
		/>
	);
	return (
		<Section title="Try it" lead="Two machines, judged by the settings as they stand above, saved or not. Nothing is sent.">
			<Table
				label="Two machines"
				rows={PARTS}
				rowKey={({ value }) => value}
				columns={[
					{ key: "part", label: "Part", cell: ({ label }) => label },
					{ key: "known", label: "Known machine", cell: ({ value, label }) => input(value, `${label} of the known machine`, known, setKnown) },
					{ key: "asking", label: "Machine that asks", cell: ({ value, label }) => input(value, `${label} of the machine that asks`, asking, setAsking) },
					{ key: "weight", label: "Weight", cell: ({ value }) => Number(rules.weights[value]) },
					{
						key: "outcome",
						label: "Compared",
						cell: ({ value }) => {
							const { label, tone } = OUTCOMES[comparison.parts[value]];
							return <Pill tone={tone}>{label}</Pill>;
						},
					},
				]}
			/>
			<Text role="status">{verdictOf(comparison, refusalOf(asking, rules.required_components), rules)}</Text>
		</Section>
	);
}

function verdictOf({ count, matching, needed, score, isSame }: Comparison, refusal: string | null, rules: Rules): string {
	if (refusal) {
		return `Refused: ${refusal}.`;
	}
	if (count === 0) {
		return "The known machine names no part yet.";
	}
	const found = `${percentOf(score)} of its weight is the same, in ${matching} of ${count} parts`;
	return isSame ? `The same machine: ${found}.` : `Another machine: ${found}. It takes ${rules.match_threshold} % and ${needed}.`;
}
