// By whom the project is paid: what is set up, what the provider has to be told, and what is missing.
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { PROVIDERS } from "../payments/payment-words";
import { PaymentsPage } from "../payments/payments-page";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";
import { EnvironmentPill, Pill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { type ProviderKey, type Setup, setupsQuery, staleAfter } from "./queries";

const ConnectProvider = lazy(() => import("./connect-provider"));
const SigningSecret = lazy(() => import("./signing-secret"));
const ManualProvider = lazy(() => import("./manual-provider"));
const RemoveProvider = lazy(() => import("./remove-provider"));

const AT = "/api/v1/payment_providers";

const LEADS: Record<ProviderKey, string> = {
	stripe: "Cards and wallets, in most currencies. Open for 24 hours.",
	midtrans: "Indonesian banks, shops and wallets, in rupiah alone. Open for 24 hours.",
	manual: "A bank transfer, cash: the page shows your instructions, and your people say when the money came. Open for 7 days.",
};

const STRIPE_EVENTS = [
	"checkout.session.completed",
	"checkout.session.async_payment_succeeded",
	"checkout.session.async_payment_failed",
	"checkout.session.expired",
	"charge.refunded",
	"invoice.paid",
	"invoice.payment_failed",
	"customer.subscription.deleted",
];

type Open = { what: "set up" | "sign" | "remove"; setup: Setup } | null;

export function PaymentProviders() {
	const { project } = useProjectPlace();
	const [open, setOpen] = useState<Open>(null);
	const setups = useQuery(setupsQuery(project.id));
	const close = () => setOpen(null);
	return (
		<PaymentsPage
			title="Payment providers"
			lead={`By whom ${project.name} is paid. Who names no provider pays by the default one, else by the first that was set up.`}
			calls={[
				{ label: "Get", method: "GET", path: `${AT}/stripe`, projectId: project.id },
				{
					label: "Store Stripe's keys",
					method: "POST",
					path: "/api/v1/connections",
					body: { provider: "stripe", secret: "sk_…", inbound_secret: "whsec_…" },
					projectId: project.id,
				},
				{ label: "Be paid by Stripe", method: "PUT", path: `${AT}/stripe`, body: { connection_id: "con_…" }, projectId: project.id },
			]}
		>
			<Resource query={setups}>
				{(found) => found.map((setup) => <Provider key={setup.key} setup={setup} onOpen={setOpen} />)}
			</Resource>
			<Suspense>
				{open?.what === "set up" && open.setup.key === "manual" ? <ManualProvider setup={open.setup} onClose={close} /> : null}
				{open?.what === "set up" && open.setup.key !== "manual" ? (
					<ConnectProvider setup={open.setup} provider={open.setup.key} onClose={close} />
				) : null}
				{open?.what === "sign" && open.setup.connection ? <SigningSecret connection={open.setup.connection} onClose={close} /> : null}
				{open?.what === "remove" ? <RemoveProvider setup={open.setup} onClose={close} /> : null}
			</Suspense>
		</PaymentsPage>
	);
}

interface ProviderProps {
	setup: Setup;
	onOpen: (open: Open) => void;
}

function isReady({ key, provider, connection }: Setup): boolean {
	return provider !== null && (key === "manual" || connection !== null);
}

function Provider({ setup, onOpen }: ProviderProps) {
	const name = PROVIDERS[setup.key];
	return (
		<Section title={name} lead={LEADS[setup.key]} action={<State setup={setup} />}>
			{setup.key !== "manual" && setup.connection && setup.provider ? <Told setup={setup} /> : null}
			{setup.provider?.instructions ? <CopyBlock label="Instructions" text={setup.provider.instructions} /> : null}
			<Actions setup={setup} onOpen={onOpen} />
		</Section>
	);
}

/** A key of a test project is a test key: the other kind is refused. */
function State({ setup }: { setup: Setup }) {
	const { project } = useProjectPlace();
	const { key, provider, connection } = setup;
	return (
		<Group gap={6}>
			{key !== "manual" && connection ? <EnvironmentPill environment={project.environment} /> : null}
			{isReady(setup) ? <Pill tone="accent">Ready</Pill> : <Pill tone={provider ? "danger" : "quiet"}>{provider ? "Key gone" : "Not set up"}</Pill>}
			{provider?.is_default ? <Pill>Default</Pill> : null}
		</Group>
	);
}

/** What the provider's own dashboard has to be told. */
function Told({ setup: { key, connection } }: { setup: Setup }) {
	if (!connection) {
		return null;
	}
	return (
		<>
			<div>
				<Text size="sm" mb={4}>
					{key === "stripe"
						? "Add this address as a webhook endpoint at Stripe, under Developers, with the events below:"
						: "Enter this address at Midtrans, under Settings, as the notification URL:"}
				</Text>
				<CopyBlock label={`Address for ${PROVIDERS[key]}`} text={connection.hook_url} />
			</div>
			{key === "stripe" ? (
				<CopyBlock label="Events for Stripe" text={STRIPE_EVENTS.join("\n")} />
			) : null}
			{key === "stripe" && !connection.has_inbound_secret ? (
				<div className="gh-banner gh-banner-danger" role="status">
					<p>Stripe isn't believed yet: store the signing secret that it shows once the endpoint is added.</p>
				</div>
			) : null}
		</>
	);
}

function Actions({ setup, onOpen }: ProviderProps) {
	const name = PROVIDERS[setup.key];
	const { key, provider, connection } = setup;
	const isNew = !isReady(setup);
	const verb = isNew ? "Set up" : key === "manual" ? "Edit" : "Replace the key of";
	return (
		<Group gap="xs">
			<Button
				variant={isNew ? "filled" : "default"}
				size="xs"
				aria-label={`${verb} ${name}`}
				onClick={() => onOpen({ what: "set up", setup })}
			>
				{isNew ? "Set up" : key === "manual" ? "Edit" : "Replace the key"}
			</Button>
			{key === "stripe" && connection && provider ? (
				<Button variant={connection.has_inbound_secret ? "default" : "filled"} size="xs" onClick={() => onOpen({ what: "sign", setup })}>
					{connection.has_inbound_secret ? "Replace the signing secret" : "Store the signing secret"}
				</Button>
			) : null}
			{provider && !isNew && !provider.is_default ? <MakeDefault setup={setup} /> : null}
			{provider || connection ? (
				<Button
					className="gh-danger-button"
					variant="default"
					size="xs"
					aria-label={`Take away ${name}`}
					onClick={() => onOpen({ what: "remove", setup })}
				>
					Take away
				</Button>
			) : null}
		</Group>
	);
}

function MakeDefault({ setup: { key, provider } }: { setup: Setup }) {
	const { project } = useProjectPlace();
	const name = PROVIDERS[key];
	const make = useAction({
		run: () =>
			send(
				api.PUT("/api/v1/payment_providers/{provider}", {
					params: { path: { provider: key } },
					body: {
						is_default: true,
						...(provider?.connection_id ? { connection_id: provider.connection_id } : {}),
						...(provider?.instructions ? { instructions: provider.instructions } : {}),
					},
					headers: onProject(project.id),
				}),
			),
		refresh: staleAfter(project.id),
		done: `${name} is the default`,
	});
	return (
		<Button variant="default" size="xs" aria-label={`Make default: ${name}`} loading={make.isPending} onClick={() => make.mutate(undefined)}>
			Make default
		</Button>
	);
}
