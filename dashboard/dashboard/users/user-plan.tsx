// The plan that a user is on, and what they may use by it.
import { Button, Checkbox, Group, NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Plan, PlanAssignment, User, UserFeature } from "../api/types";
import { plansQuery, writeValue } from "../plans/plan-queries";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Moment } from "../ui/time";

const OverrideFeature = lazy(() => import("./override-feature"));

type Status = NonNullable<PlanAssignment["status"]>;

const STATUSES: Record<Status, string> = { trialing: "Trial", active: "Active", past_due: "Past due", canceled: "Canceled", expired: "Expired" };
const TONES: Record<Status, Tone> = { trialing: "accent", active: "accent", past_due: "danger", canceled: "quiet", expired: "quiet" };
const AT = "/api/v1/users/{id}/plan";

const SOURCES: Record<NonNullable<PlanAssignment["source"]>, string> = {
	admin: "Given by your people or your app",
	claims: "Given with claims",
	page: "Chosen by the user",
	payment: "Paid for",
};

export const usePlanKeys = (user: User) => {
	const { project } = useProjectPlace();
	return [
		["user-plan", project.id, user.id],
		["user-features", project.id, user.id],
		["audit-events", project.id],
	] as const;
};

export function UserPlan({ user, canWrite }: { user: User; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const assignment = useQuery({
		queryKey: ["user-plan", project.id, user.id],
		queryFn: () => send(api.GET(AT, { params: { path: { id: user.id } }, headers: onProject(project.id) })),
	});
	const plans = useQuery(plansQuery(project.id));
	return (
		<>
			<Section title="Plan" lead="Tokens that are issued from now on say so.">
				<Resource query={assignment}>{(found) => <Facts assignment={found} user={user} canWrite={canWrite} />}</Resource>
			</Section>
			{canWrite && plans.data && plans.data.length > 0 ? (
				<Assign user={user} plans={plans.data.filter(({ archived }) => !archived)} />
			) : null}
			<UserFeatures user={user} canWrite={canWrite} />
		</>
	);
}

function Facts({ assignment, user, canWrite }: { assignment: PlanAssignment; user: User; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const remove = useAction({
		run: () => send(api.DELETE(AT, { params: { path: { id: user.id } }, headers: onProject(project.id) })),
		refresh: usePlanKeys(user),
		done: "The plan is taken away",
	});
	if (assignment.plan_key === null) {
		return (
			<p>
				Nothing was assigned.{" "}
				{assignment.effective_plan_key ? (
					<>
						The default plan <code>{assignment.effective_plan_key}</code> counts.
					</>
				) : (
					"There is no default plan."
				)}
			</p>
		);
	}
	return (
		<>
			<dl className="gh-facts">
				<dt>Plan</dt>
				<dd>
					{assignment.plan_display_name} <code>{assignment.plan_key}</code>
				</dd>
				<dt>Status</dt>
				<dd>{assignment.status ? <Pill tone={TONES[assignment.status]}>{STATUSES[assignment.status]}</Pill> : null}</dd>
				<dt>How</dt>
				<dd>{assignment.source ? SOURCES[assignment.source] : null}</dd>
				<End label="Trial ends" at={assignment.trial_ends_at} />
				<End label={assignment.cancel_at_period_end ? "Canceled, ends" : "Period ends"} at={assignment.current_period_end} />
				<End label="Expires" at={assignment.expires_at} />
				{assignment.effective_plan_key === assignment.plan_key ? null : (
					<>
						<dt>What counts</dt>
						<dd>{assignment.effective_plan_key ? <code>{assignment.effective_plan_key}</code> : "No plan"}</dd>
					</>
				)}
			</dl>
			{canWrite ? (
				<Button variant="default" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
					Take the plan away
				</Button>
			) : null}
		</>
	);
}

function End({ label, at }: { label: string; at: string | null }) {
	return at ? (
		<>
			<dt>{label}</dt>
			<dd>
				<Moment at={at} />
			</dd>
		</>
	) : null;
}

function Assign({ user, plans }: { user: User; plans: Plan[] }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: { plan_key: plans[0]?.plan_key ?? "", trial: false, ends: "" } });
	type Values = typeof form.values;
	const toBody = ({ plan_key, trial, ends }: Values) => ({
		plan_key,
		...(trial ? { trial } : {}),
		...(ends ? { expires_at: new Date(`${ends}T23:59:59Z`).toISOString() } : {}),
	});
	const assign = useAction({
		run: (values: Values) => send(api.PUT(AT, { params: { path: { id: user.id } }, body: toBody(values), headers: onProject(project.id) })),
		refresh: usePlanKeys(user),
		done: (made) => `They are on ${made.plan_display_name}`,
		hasOwnProblem: true,
	});
	const chosen = plans.find(({ plan_key }) => plan_key === form.values.plan_key);
	return (
		<Section title="Put them on a plan" lead="In place of the one they are on.">
			<form
				onSubmit={form.onSubmit((values) =>
					assign.mutate(values, {
						onError: (error) => {
							const { expires_at: ends, ...others } = fieldErrors(error);
							form.setErrors(ends ? { ...others, ends } : others);
						},
					}),
				)}
			>
				<div className="gh-form">
					<NativeSelect
						label="New plan"
						data={plans.map(({ plan_key, display_name }) => ({ value: plan_key, label: `${display_name} (${plan_key})` }))}
						{...form.getInputProps("plan_key")}
					/>
					<Checkbox
						label="As a trial"
						description={chosen && chosen.trial_days > 0 ? `${chosen.trial_days} days, once ever` : "The plan has no trial"}
						disabled={!chosen || chosen.trial_days === 0}
						{...form.getInputProps("trial", { type: "checkbox" })}
					/>
					<TextInput type="date" label="Last day" description="Empty: it has no end" {...form.getInputProps("ends")} />
					<FormFoot
						submit="Assign"
						error={assign.error}
						isRunning={assign.isPending}
						calls={[{ method: "PUT", path: `/api/v1/users/${user.id}/plan`, body: toBody(form.values), projectId: project.id }]}
					/>
				</div>
			</form>
		</Section>
	);
}

const FROM: Record<UserFeature["source"], string> = { default: "Default", plan: "Plan", override: "Override" };

function UserFeatures({ user, canWrite }: { user: User; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const [chosen, setChosen] = useState<UserFeature | null>(null);
	const features = useQuery({
		queryKey: ["user-features", project.id, user.id],
		queryFn: async () => {
			const page = await send(
				api.GET("/api/v1/users/{id}/features", { params: { path: { id: user.id }, query: { limit: 100 } }, headers: onProject(project.id) }),
			);
			return page.data;
		},
	});
	return (
		<Section title="Features" lead="An override beats the plan, the plan beats the default.">
			<Resource query={features} isEmpty={(rows) => rows.length === 0} empty={<Empty title="The project has no features" />}>
				{(rows) => (
					<Table
						label="Features"
						rows={rows}
						rowKey={({ feature_key }) => feature_key}
						columns={[
							{ key: "feature", label: "Feature", cell: ({ feature_key }) => <code>{feature_key}</code> },
							{ key: "value", label: "Value", cell: ({ value }) => writeValue(value) },
							{
								key: "source",
								label: "From",
								cell: ({ source, expires_at }) => (
									<Group gap={6}>
										{FROM[source]}
										{expires_at ? (
											<span className="gh-dim">
												until <Moment at={expires_at} />
											</span>
										) : null}
									</Group>
								),
							},
							...(canWrite
								? [
										{
											key: "actions",
											label: "Actions",
											isAction: true,
											cell: (feature: UserFeature) => (
												<Button variant="default" size="xs" aria-label={`Override ${feature.feature_key}`} onClick={() => setChosen(feature)}>
													Override
												</Button>
											),
										},
									]
								: []),
						]}
					/>
				)}
			</Resource>
			<Suspense>{chosen ? <OverrideFeature user={user} feature={chosen} onClose={() => setChosen(null)} /> : null}</Suspense>
		</Section>
	);
}
