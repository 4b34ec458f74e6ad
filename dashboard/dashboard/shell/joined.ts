// Says that joining worked: the hosted page that accepted an invitation leaves the organization's id for the next page.
import { useEffect } from "react";
import type { MyOrg } from "../api/types";
import { toast } from "../ui/toast";

const STORE = "gatehouse-joined";

export function useWelcome(org: MyOrg): void {
	useEffect(() => {
		try {
			if (sessionStorage.getItem(STORE) === org.id) {
				sessionStorage.removeItem(STORE);
				toast(`You have joined ${org.name} as ${org.role}`);
			}
		} catch {
			// Without storage nothing was left.
		}
	}, [org]);
}
