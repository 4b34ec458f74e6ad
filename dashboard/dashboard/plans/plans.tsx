// What a project offers: its plans, and the features that they differ in.
import { Button, Group } from "@mantine/core";
import { IconPlus, IconTags } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { issuerQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { Feature, Plan } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Page, Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { featuresQuery, plansQuery, priceOf, writeValue } from "./plan-queries";

const PlanForm = lazy(() => import("./plan-form"));
const FeatureForm = lazy(() => import("./feature-form"));
const DeletePlan = lazy(() => import("./delete-plan"));
const DeleteFeature = lazy(() => import("./delete-feature"));

const AT = "/api/v1/plans";

type Open =
	| { what: "plan"; plan?: Plan }
	| { what: "feature"; feature?: Feature }
	| { what: "delete plan"; plan: Plan }
	| { what: "delete feature"; feature: Feature }
	| null;

export function Plans() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const [open, setOpen] = useState<Open>(null);
	const plans = useQuery(plansQuery(project.id));
	const features = useQuery(featuresQuery(project.id));
	const { data: issuer } = useQuery(issuerQuery(project.id));
	const hasPage = (plans.data ?? []).some(({ is_public, archived }) => is_public && !archived);
	const canWrite = mayDo(project.role, "plan.write");
	const close = () => setOpen(null);
	const create = canWrite ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: "plan" })}>
			New plan
		</Button>
	) : null;
	return (
		<Page
			title="Plans"
			lead={`What ${project.name} offers its people. Plans and their features go into tokens, and limit what is metered.`}
			action={create}
			calls={[
				{ label: "List plans", method: "GET", path: AT, projectId: project.id },
				{
					label: "Make a plan",
					method: "POST",
					path: AT,
					body: { plan_key: "pro", display_name: "Pro", price: 2900, currency: "USD", period: "monthly" },
					projectId: project.id,
				},
				{ label: "List features", method: "GET", path: "/api/v1/features", projectId: project.id },
				{
					label: "Check a feature",
					method: "POST",
					path: "/api/v1/features/check",
					body: { user_id: "usr_…", feature_key: "export" },
					projectId: project.id,
				},
			]}
		>
			<Resource
				query={plans}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No plan, no plan page" icon={<IconTags size={26} stroke={1.5} />} action={create}>
						With a first public plan people choose one when they sign in. Until then nobody is asked.
					</Empty>
				}
			>
				{(rows) => <PlanTable rows={rows} canWrite={canWrite} onOpen={setOpen} />}
			</Resource>
			{issuer && hasPage ? (
				<p>
					<a className="gh-link" href={`${issuer}/plan`} target="_blank" rel="noreferrer">
						See the plan page
					</a>
				</p>
			) : null}
			<Section
				title="Features"
				lead="What each plan gives. Who has a feature neither by plan nor by an override has its default."
				action={
					canWrite ? (
						<Button variant="default" size="xs" onClick={() => setOpen({ what: "feature" })}>
							New feature
						</Button>
					) : undefined
				}
			>
				<Resource
					query={features}
					isEmpty={(rows) => rows.length === 0}
					empty={
						<Empty title="No feature yet">
							A feature is a switch, as “export”, or a limit, as “seats”.
						</Empty>
					}
				>
					{(rows) => <Matrix features={rows} plans={(plans.data ?? []).filter(({ archived }) => !archived)} canWrite={canWrite} onOpen={setOpen} />}
				</Resource>
			</Section>
			<Suspense>
				{open?.what === "plan" ? <PlanForm plan={open.plan} features={features.data ?? []} onClose={close} /> : null}
				{open?.what === "feature" ? <FeatureForm feature={open.feature} onClose={close} /> : null}
				{open?.what === "delete plan" ? <DeletePlan plan={open.plan} onClose={close} /> : null}
				{open?.what === "delete feature" ? <DeleteFeature feature={open.feature} onClose={close} /> : null}
			</Suspense>
		</Page>
	);
}

interface TableProps {
	canWrite: boolean;
	onOpen: (open: Open) => void;
}

function PlanTable({ rows, canWrite, onOpen }: TableProps & { rows: Plan[] }) {
	return (
		<Table
			label="Plans"
			rows={rows}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "plan",
					label: "Plan",
					cell: (plan) => (
						<div className="gh-cell-main">
							<span>{plan.display_name}</span>
							<code className="gh-dim">{plan.plan_key}</code>
						</div>
					),
				},
				{ key: "price", label: "Price", cell: priceOf },
				{ key: "trial", label: "Trial", cell: (plan) => (plan.trial_days > 0 ? `${plan.trial_days} days` : "None") },
				{
					key: "state",
					label: "State",
					cell: (plan) => (
						<Group gap={6}>
							{plan.archived ? <Pill>Archived</Pill> : <Pill tone="accent">{plan.is_public ? "Public" : "Hidden"}</Pill>}
							{plan.is_default ? <Pill>Default</Pill> : null}
						</Group>
					),
				},
				...(canWrite
					? [
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (plan: Plan) => (
									<Group gap="xs" justify="flex-end">
										<Button variant="default" size="xs" aria-label={`Edit plan ${plan.plan_key}`} onClick={() => onOpen({ what: "plan", plan })}>
											Edit
										</Button>
										{plan.archived ? (
											<Button
												variant="default"
												size="xs"
												aria-label={`Delete plan ${plan.plan_key}`}
												onClick={() => onOpen({ what: "delete plan", plan })}
											>
												Delete
											</Button>
										) : null}
									</Group>
								),
							},
						]
					: []),
			]}
		/>
	);
}

/** A row for each feature, a column for each plan that people may get. */
function Matrix({ features, plans, canWrite, onOpen }: TableProps & { features: Feature[]; plans: Plan[] }) {
	const given = (plan: Plan, key: string) => {
		const values = plan.features as Record<string, unknown>;
		return key in values ? writeValue(values[key]) : <span className="gh-dim">Default</span>;
	};
	return (
		<Table
			label="Features of plans"
			rows={features}
			rowKey={({ id }) => id}
			columns={[
				{
					key: "feature",
					label: "Feature",
					cell: ({ feature_key, type }) => (
						<div className="gh-cell-main">
							<code>{feature_key}</code>
							<span className="gh-dim">{type === "boolean" ? "Switch" : "Limit"}</span>
						</div>
					),
				},
				{ key: "default", label: "Default", cell: (feature) => writeValue(feature.default) },
				...plans.map((plan) => ({
					key: plan.id,
					label: plan.display_name,
					cell: ({ feature_key }: Feature) => given(plan, feature_key),
				})),
				...(canWrite
					? [
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: (feature: Feature) => (
									<Group gap="xs" justify="flex-end">
										<Button
											variant="default"
											size="xs"
											aria-label={`Edit feature ${feature.feature_key}`}
											onClick={() => onOpen({ what: "feature", feature })}
										>
											Edit
										</Button>
										<Button
											variant="default"
											size="xs"
											aria-label={`Delete feature ${feature.feature_key}`}
											onClick={() => onOpen({ what: "delete feature", feature })}
										>
											Delete
										</Button>
									</Group>
								),
							},
						]
					: []),
			]}
		/>
	);
}
