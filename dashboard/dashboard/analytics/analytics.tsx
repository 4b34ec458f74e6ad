// How much happened in a project: a tile for each metric, and the chosen one as a chart or a table.
import { Group, NativeSelect, Stack, Switch, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { Reply } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { useCeiling } from "./ceiling";
import { Chart, type Line } from "./chart";
import { Shares } from "./shares";
import "./analytics.css";

const OVERVIEW = "/api/v1/analytics/overview";
const METRIC = "/api/v1/analytics/{metric}";

type Overview = Reply<typeof OVERVIEW, "get", 200>;
type Tile = Overview["metrics"][number];
type Metric = Tile["metric"];
type Series = Reply<typeof METRIC, "get", 200>["series"][number];
type Dimension = "method" | "reason" | "grant" | "api_key" | "code" | "country" | "product" | "status" | "provider" | "meter";

const PERIODS = { "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days", "90d": "Last 90 days" };
type Period = keyof typeof PERIODS;

const METRICS: Record<Metric, { label: string; groups: Dimension[]; fills: string }> = {
	sign_ups: { label: "Sign-ups", groups: ["method"], fills: "somebody who signs up on the hosted pages" },
	dau: { label: "Users a day", groups: [], fills: "a user who signs in or comes back" },
	mau: { label: "Users in 30 days", groups: [], fills: "a user who signs in or comes back" },
	sign_ins: { label: "Sign-ins", groups: ["method"], fills: "somebody who signs in on the hosted pages" },
	sign_in_failures: { label: "Failed sign-ins", groups: ["reason"], fills: "a wrong password or code" },
	token_issues: { label: "Tokens", groups: ["grant"], fills: "POST /oauth/token" },
	key_uses: { label: "Uses of API keys", groups: ["api_key"], fills: "any call with an API key" },
	validations: { label: "Validations", groups: ["code", "country", "product"], fills: "POST /api/v1/validate" },
	activations: { label: "Activations", groups: [], fills: "POST /api/v1/validate of a new machine" },
	payments: { label: "Payments", groups: ["status", "provider"], fills: "a payment that is paid, denied, called off or given back" },
	errors: { label: "Errors", groups: ["code"], fills: "a call that is refused" },
	deliveries: { label: "Deliveries", groups: ["status"], fills: "an event that is delivered" },
	usage: { label: "Usage", groups: ["meter"], fills: "POST /api/v1/usage/events" },
};

const GROUPS: Record<Dimension, string> = {
	method: "Method",
	reason: "Reason",
	grant: "Grant",
	api_key: "API key",
	code: "Code",
	country: "Country",
	product: "Product",
	status: "Status",
	provider: "Provider",
	meter: "Meter",
};

function change({ total, previous }: Tile): string {
	if (previous === 0) {
		return total === 0 ? "none before" : "new";
	}
	const percent = Math.round(((total - previous) / previous) * 100);
	return `${percent > 0 ? "+" : ""}${percent} % to before`;
}

interface TilesProps {
	overview: Overview;
	chosen: Metric;
	onChoose: (metric: Metric) => void;
}

function Tiles({ overview, chosen, onChoose }: TilesProps) {
	return (
		<div className="gh-tiles">
			{overview.metrics.map((tile) => (
				<button
					key={tile.metric}
					type="button"
					className="gh-tile"
					aria-pressed={tile.metric === chosen}
					onClick={() => onChoose(tile.metric)}
				>
					<span>{METRICS[tile.metric].label}</span>
					<strong>{tile.total.toLocaleString()}</strong>
					<Text span size="xs" c="dimmed">
						{change(tile)}
					</Text>
				</button>
			))}
		</div>
	);
}

/** Whole buckets, the present one last, so that the chart and its tile say the same. */
function span(overview: Overview, isBefore: boolean): { from: string; to: string } {
	const from = Date.parse(overview.from);
	const to = Date.parse(overview.to);
	const shift = isBefore ? to - from : 0;
	return { from: new Date(from - shift).toISOString(), to: new Date(to - shift - 1).toISOString() };
}

function useSeries(metric: Metric, overview: Overview, group_by: Dimension | undefined, isBefore: boolean, isOn = true) {
	const { project } = useProjectPlace();
	const isOfPersons = metric === "dau" || metric === "mau";
	const bucket = isOfPersons ? "day" : overview.bucket;
	const query = { ...span(overview, isBefore), bucket, group_by };
	return useQuery({
		queryKey: ["analytics", project.id, metric, query],
		queryFn: () => send(api.GET(METRIC, { params: { path: { metric }, query }, headers: onProject(project.id) })),
		placeholderData: keepPreviousData,
		enabled: isOn,
	});
}

const countries = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** ZZ is an address of nowhere, or one that nobody looked up. */
function nameOf(key: string | null, group: Dimension | undefined): string {
	if (group === "country" && key !== null && /^[A-Z]{2}$/.test(key)) {
		return key === "ZZ" ? "Unknown" : (countries.of(key) ?? key);
	}
	return key ?? "now";
}

function lineOf(series: Series, group?: Dimension): Line {
	return { label: nameOf(series.key, group), values: series.points.map(({ value }) => value) };
}

interface DetailProps {
	metric: Metric;
	overview: Overview;
}

function Detail({ metric, overview }: DetailProps) {
	const { label, groups, fills } = METRICS[metric];
	const [group, setGroup] = useState<Dimension | "">("");
	const [compares, setCompares] = useState(false);
	const [asTable, setAsTable] = useState(false);
	const group_by = group !== "" && groups.includes(group) ? group : undefined;
	const now = useSeries(metric, overview, group_by, false);
	const before = useSeries(metric, overview, undefined, true, compares && !group_by);
	const ceiling = useCeiling(metric, overview.bucket === "hour" ? "hour" : "day");
	const shape = overview.bucket === "hour" ? ({ hour: "2-digit", minute: "2-digit" } as const) : ({ day: "numeric", month: "short" } as const);
	const format = (time: string) => new Date(time).toLocaleString(undefined, { timeZone: "UTC", ...shape });
	return (
		<Section
			title={label}
			action={
				<Group gap="md" align="end">
					{groups.length > 0 ? (
						<NativeSelect
							label="Group by"
							value={group_by ?? ""}
							onChange={(event) => setGroup(event.currentTarget.value as Dimension | "")}
							data={[{ value: "", label: "Nothing" }, ...groups.map((each) => ({ value: each, label: GROUPS[each] }))]}
						/>
					) : null}
					<Switch label="Compare" checked={compares && !group_by} disabled={group_by !== undefined} onChange={(event) => setCompares(event.currentTarget.checked)} />
					<Switch label="Table" checked={asTable} onChange={(event) => setAsTable(event.currentTarget.checked)} />
				</Group>
			}
		>
			<Resource query={now}>
				{({ series, totals, group_by: shownBy }) => {
					const times = (series[0]?.points ?? []).map(({ t }) => t);
					const lines = series.map((each) => lineOf(each, shownBy ?? undefined));
					if (compares && !group_by && before.data?.series[0]) {
						lines.push({ ...lineOf(before.data.series[0]), label: "the time before", isBefore: true });
					}
					const isFlat = lines.every(({ values }) => values.every((value) => value === 0));
					return (
						<Stack gap="sm">
							{asTable ? (
								<Table
									label={`${label} as a table`}
									rows={times.map((t, index) => ({ t, values: lines.map(({ values }) => values[index]) })).reverse()}
									rowKey={({ t }) => t}
									columns={[
										{ key: "t", label: "From", cell: ({ t }) => format(t) },
										...lines.map(({ label: name }, index) => ({
											key: name,
											label: name === "now" ? label : name,
											cell: ({ values }: { values: number[] }) => (values[index] ?? 0).toLocaleString(),
										})),
									]}
								/>
							) : (
								<Chart label={`${label}: ${PERIODS[overview.period]}`} times={times} lines={lines} format={format} ceiling={group_by ? undefined : ceiling} />
							)}
							{shownBy && !isFlat && !asTable ? (
								<Shares
									label={`${label} by ${GROUPS[shownBy].toLowerCase()}`}
									of={GROUPS[shownBy]}
									shares={totals.map(({ key, total }) => ({ name: nameOf(key, shownBy), total }))}
								/>
							) : null}
							{isFlat ? (
								<Text size="sm" c="dimmed">
									Nothing so far. This is counted by {fills}; it shows here seconds later.
								</Text>
							) : null}
						</Stack>
					);
				}}
			</Resource>
		</Section>
	);
}

export function Analytics() {
	const { project } = useProjectPlace();
	const [period, setPeriod] = useState<Period>("30d");
	const [metric, setMetric] = useState<Metric>("sign_ins");
	const overview = useQuery({
		queryKey: ["analytics", project.id, "overview", period],
		queryFn: () => send(api.GET(OVERVIEW, { params: { query: { period } }, headers: onProject(project.id) })),
		placeholderData: keepPreviousData,
		refetchInterval: 60_000,
	});
	return (
		<Page
			title="Analytics"
			lead="What happened in this project, counted within seconds. Days and hours are those of UTC."
			action={
				<NativeSelect
					aria-label="Period"
					value={period}
					onChange={(event) => setPeriod(event.currentTarget.value as Period)}
					data={Object.entries(PERIODS).map(([value, label]) => ({ value, label }))}
				/>
			}
			calls={[
				{ label: "All of them", method: "GET", path: `${OVERVIEW}?period=${period}`, projectId: project.id },
				{ label: METRICS[metric].label, method: "GET", path: `/api/v1/analytics/${metric}?bucket=${period === "24h" && metric !== "dau" && metric !== "mau" ? "hour" : "day"}`, projectId: project.id },
			]}
		>
			<Resource query={overview}>
				{(data) => (
					<Stack gap="lg">
						<Tiles overview={data} chosen={metric} onChoose={setMetric} />
						<Detail key={metric} metric={metric} overview={data} />
					</Stack>
				)}
			</Resource>
		</Page>
	);
}
