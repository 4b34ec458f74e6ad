// Starts the dashboard: styles, theme, data cache, router.
import "./styles.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/errors";
import { goToSignIn } from "./api/sign-in";
import { router } from "./router";
import { theme, variables } from "./theme";

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
setNonce(nonce);

/** A chunk is gone because the server has a newer dashboard: load that, but never in a circle. */
window.addEventListener("vite:preloadError", (event) => {
	const last = Number(sessionStorage.getItem("gatehouse-reloaded") ?? 0);
	if (Date.now() - last > 30_000) {
		event.preventDefault();
		sessionStorage.setItem("gatehouse-reloaded", String(Date.now()));
		location.reload();
	}
});

/** The session is over. A wrong password is a 401 too, but of another code. */
function leaveWhenSignedOut(error: unknown): void {
	if (error instanceof ApiError && error.code === "unauthorized") {
		goToSignIn();
	}
}

const queries = new QueryClient({
	queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
	mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
	defaultOptions: {
		// "busy" says that nothing was begun.
		mutations: { retry: (count, error) => count < 2 && error instanceof ApiError && error.code === "busy" },
		queries: {
			staleTime: 15_000,
			// A refusal won't change by asking again; a lost connection or a busy server may.
			retry: (count, error) =>
				count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
		},
	},
});

createRoot(document.getElementById("root") as HTMLElement).render(
	<StrictMode>
		<MantineProvider
			theme={theme}
			cssVariablesResolver={variables}
			getStyleNonce={() => nonce}
			defaultColorScheme="auto"
			colorSchemeManager={localStorageColorSchemeManager({ key: "gatehouse-color-scheme" })}
		>
			<QueryClientProvider client={queries}>
				<RouterProvider router={router} />
			</QueryClientProvider>
		</MantineProvider>
	</StrictMode>,
);
