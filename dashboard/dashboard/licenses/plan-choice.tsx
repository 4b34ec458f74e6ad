// Which plan a license is of: its features go into what programs are answered.
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ChangeEvent, ReactNode } from "react";
import { useRights } from "../api/rights";
import { plansQuery } from "../plans/plan-queries";
import { useProjectPlace } from "../shell/place";

interface PlanChoiceProps {
	/** A plan_key; empty: none. */
	value?: string;
	onChange?: (event: ChangeEvent<HTMLSelectElement>) => void;
	error?: ReactNode;
}

/** The project's plans that may be given, if the person may see them. */
export function useOpenPlans() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const { data } = useQuery({ ...plansQuery(project.id), enabled: mayDo(project.role, "plan.read") });
	return (data ?? []).filter(({ archived }) => !archived);
}

/** What is chosen stays among the choices, also when nobody new gets it. */
export function PlanChoice(input: PlanChoiceProps) {
	const plans = useOpenPlans();
	const choices = plans.map(({ plan_key, display_name }) => ({ value: plan_key, label: `${display_name} (${plan_key})` }));
	const { value } = input;
	if (value && !plans.some(({ plan_key }) => plan_key === value)) {
		choices.push({ value, label: value });
	}
	return (
		<NativeSelect
			label="Plan"
			description="Programs are told its features"
			data={[{ value: "", label: "None" }, ...choices]}
			{...input}
		/>
	);
}
