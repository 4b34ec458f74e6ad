// A license's status as a coloured word.
import type { License } from "../api/types";
import { Pill, type Tone } from "../ui/pill";

const LOOKS: Record<License["status"], [label: string, tone: Tone]> = {
	active: ["Active", "accent"],
	suspended: ["Suspended", "danger"],
	revoked: ["Revoked", "danger"],
	expired: ["Expired", "quiet"],
};

export function LicensePill({ license }: { license: License }) {
	const [label, tone] = LOOKS[license.status];
	return <Pill tone={tone}>{label}</Pill>;
}
