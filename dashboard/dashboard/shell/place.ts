// Where the person is: the organization, and the project when the address names one.
import { createContext, useContext } from "react";
import type { MyOrg, MyProject } from "../api/types";

export interface Place {
	org: MyOrg;
	project: MyProject | null;
}

export const PlaceContext = createContext<Place | null>(null);

export function usePlace(): Place {
	const place = useContext(PlaceContext);
	if (!place) {
		throw new Error("usePlace() works only inside the shell");
	}
	return place;
}

/** The place on a page whose address names a project. */
export function useProjectPlace(): { org: MyOrg; project: MyProject } {
	const { org, project } = usePlace();
	if (!project) {
		throw new Error("this page needs a project in its address");
	}
	return { org, project };
}

interface Address {
	orgId?: string;
	projectId?: string;
}

/** The place that an address means, or null when it names something the person can't see. */
export function findPlace(orgs: readonly MyOrg[], address: Address, remembered: string | null): Place | null {
	if (address.projectId) {
		for (const org of orgs) {
			const project = org.projects.find(({ id }) => id === address.projectId);
			if (project) {
				return { org, project };
			}
		}
		return null;
	}
	const org = address.orgId
		? orgs.find(({ id }) => id === address.orgId)
		: (orgs.find(({ id }) => id === remembered) ?? orgs[0]);
	return org ? { org, project: null } : null;
}
