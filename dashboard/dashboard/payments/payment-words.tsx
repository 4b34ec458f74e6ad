// What payments are called: their states, kinds, and by whom they are paid.
import type { Payment } from "../api/types";
import { Pill, type Tone } from "../ui/pill";

export type Status = Payment["status"];

const LOOKS: Record<Status, [label: string, tone: Tone]> = {
	pending: ["Pending", "test"],
	settlement: ["Paid", "accent"],
	capture: ["Paid", "accent"],
	deny: ["Denied", "danger"],
	cancel: ["Called off", "quiet"],
	expire: ["Expired", "quiet"],
	refund: ["Refunded", "danger"],
};

export const PROVIDERS: Record<Payment["provider"], string> = { stripe: "Stripe", midtrans: "Midtrans", manual: "By hand" };

export const KINDS: Record<Payment["kind"], string> = { plan: "Plan", item: "Item", shop: "Shop order", invoice: "Invoice" };

export const STATUSES = Object.keys(LOOKS) as Status[];

/** Two states mean paid; where they are chosen from, each has a name. */
export const statusLabel = (status: Status) => (status === "capture" ? "Paid, captured" : LOOKS[status][0]);

export function StatusPill({ status }: { status: Status }) {
	const [label, tone] = LOOKS[status];
	return <Pill tone={tone}>{label}</Pill>;
}
