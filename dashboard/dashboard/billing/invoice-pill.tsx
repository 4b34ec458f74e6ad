// How an invoice stands.
import type { Reply } from "../api/types";
import { Pill, type Tone } from "../ui/pill";

type Status = Reply<"/api/v1/invoices", "get", 200>["data"][number]["status"];

const TONES: Record<Status, Tone> = { draft: "quiet", open: "accent", paid: "quiet", void: "quiet" };

export function InvoicePill({ status }: { status: Status }) {
	return <Pill tone={TONES[status]}>{status}</Pill>;
}
