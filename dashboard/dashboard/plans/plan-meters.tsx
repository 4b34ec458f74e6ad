// What a plan includes of each meter, and what more costs.
import { Button, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { api, onProject, send } from "../api/client";
import type { Plan } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { BUILT_IN, METERS } from "../usage/meters";

/** Numbers as they are typed; `unit` and `price` empty: beyond what is included there is no more. */
export interface MeterRow {
	meter_key: string;
	included: string;
	unit: string;
	price: string;
}

interface Terms {
	meter_key: string;
	included: number | null;
	overage?: { unit: number; price: number } | null;
}

const textOf = (value: number | null | undefined) => (typeof value === "number" ? String(value) : "");

export function meterRowsOf(plan: Plan | undefined): MeterRow[] {
	return ((plan?.meters ?? []) as Terms[]).map(({ meter_key, included, overage }) => ({
		meter_key,
		included: textOf(included),
		unit: textOf(overage?.unit),
		price: textOf(overage?.price),
	}));
}

/** What is no number goes to the server as it is, which names the field. */
const numberOf = (text: string) => (/^\d{1,16}$/.test(text.trim()) ? Number(text) : (text.trim() as never));

export function metersOf(rows: MeterRow[]) {
	return rows.map(({ meter_key, included, unit, price }) => ({
		meter_key,
		included: included.trim() === "" ? null : numberOf(included),
		...(unit.trim() === "" && price.trim() === "" ? {} : { overage: { unit: numberOf(unit), price: numberOf(price) } }),
	}));
}

/** The server says meters.0.overage.unit, the form meters.0.unit. */
export const meterField = (field: string) => field.replace(/^(meters\.\d+)\.overage\./, "$1.");

interface PlanMetersProps {
	rows: MeterRow[];
	inputOf: (path: string) => ComponentProps<typeof TextInput> & ComponentProps<typeof NativeSelect>;
	onAdd: (row: MeterRow) => void;
	onRemove: (index: number) => void;
}

export function PlanMeters({ rows, inputOf, onAdd, onRemove }: PlanMetersProps) {
	const { project } = useProjectPlace();
	const own = useQuery({
		queryKey: ["meters", project.id, "choice"],
		queryFn: () => send(api.GET(METERS, { params: { query: { limit: 100 } }, headers: onProject(project.id) })).then(({ data }) => data),
	});
	const choices = [
		...(own.data ?? []).map(({ meter_key, display_name }) => ({ value: meter_key, label: display_name })),
		...Object.entries(BUILT_IN).map(([value, label]) => ({ value, label })),
	];
	const free = choices.find(({ value }) => !rows.some(({ meter_key }) => meter_key === value));
	return (
		<Fieldset legend="How much of each meter">
			<Stack gap="md">
				{rows.length === 0 ? (
					<Text size="sm" c="dimmed">
						Nothing is limited by this plan.
					</Text>
				) : null}
				{rows.map((row, index) => (
					<Group key={row.meter_key} align="flex-end" gap="sm">
						<NativeSelect
							label="Meter"
							data={choices.some(({ value }) => value === row.meter_key) ? choices : [...choices, { value: row.meter_key, label: row.meter_key }]}
							{...inputOf(`meters.${index}.meter_key`)}
						/>
						<TextInput label="Included a month" placeholder="No limit" inputMode="numeric" {...inputOf(`meters.${index}.included`)} />
						<TextInput label="More: units of" placeholder="Refused" inputMode="numeric" {...inputOf(`meters.${index}.unit`)} />
						<TextInput label="Price a unit" placeholder="In the least unit" inputMode="numeric" {...inputOf(`meters.${index}.price`)} />
						<Button variant="default" aria-label={`Take ${row.meter_key} out`} onClick={() => onRemove(index)}>
							Remove
						</Button>
					</Group>
				))}
				{free ? (
					<Button
						variant="default"
						size="xs"
						mr="auto"
						onClick={() => onAdd({ meter_key: free.value, included: "", unit: "", price: "" })}
					>
						Add a meter
					</Button>
				) : null}
			</Stack>
		</Fieldset>
	);
}
