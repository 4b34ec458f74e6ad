// By whom the project can be paid, with what is set up of each.
import { queryOptions } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import { ApiError } from "../api/errors";
import type { Connection, PaymentProvider } from "../api/types";

export type ProviderKey = PaymentProvider["provider"];

export interface Setup {
	key: ProviderKey;
	/** null: it isn't set up, or was taken away. */
	provider: PaymentProvider | null;
	/** Its key, while it is stored. */
	connection: Connection | null;
}

const KEYS: readonly ProviderKey[] = ["stripe", "midtrans", "manual"];

async function providerOrNull(projectId: string, key: ProviderKey): Promise<PaymentProvider | null> {
	try {
		return await send(
			api.GET("/api/v1/payment_providers/{provider}", { params: { path: { provider: key } }, headers: onProject(projectId) }),
		);
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) {
			return null;
		}
		throw error;
	}
}

export const setupsQuery = (projectId: string) =>
	queryOptions({
		queryKey: ["payment-providers", projectId],
		queryFn: async (): Promise<Setup[]> => {
			const [connections, ...providers] = await Promise.all([
				send(api.GET("/api/v1/connections", { params: { query: { limit: 100 } }, headers: onProject(projectId) })),
				...KEYS.map((key) => providerOrNull(projectId, key)),
			]);
			return KEYS.map((key, index) => ({
				key,
				provider: providers[index] ?? null,
				connection: connections.data.find(({ provider, status }) => provider === key && status === "connected") ?? null,
			}));
		},
	});

/** What is stale once something of a provider has changed. */
export const staleAfter = (projectId: string) => [
	["payment-providers", projectId],
	["audit-events", projectId],
];
