// The frame around every page: header with the switcher, navigation, the page itself.
import { AppShell, Burger } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";
import { rememberedOrg, rememberOrg } from "../api/client";
import { myOrgsQuery, useSession } from "../api/queries";
import type { MyOrg } from "../api/types";
import { isIdentityAsked, subscribeIdentity } from "../ui/identity";
import { PaletteButton } from "../palette/palette-button";
import { Loading, Problem } from "../ui/resource";
import { Toasts } from "../ui/toast";
import { AccountMenu } from "./account-menu";
import { Navigation } from "./navigation";
import { NoOrg } from "./no-org";
import { NotFound } from "./not-found";
import { useWelcome } from "./joined";
import { findPlace, type Place, PlaceContext } from "./place";
import { Switcher } from "./switcher";

const IdentityDialog = lazy(() => import("./identity-dialog"));

export function Shell() {
	const session = useSession();
	const orgs = useQuery({ ...myOrgsQuery, enabled: session.isSuccess });
	if (session.isSuccess && orgs.data) {
		return <SignedIn orgs={orgs.data} />;
	}
	const error = session.error ?? orgs.error;
	return (
		<main className="gh-page" style={{ padding: 32 }}>
			{error && !isSignedOut(error) ? (
				<Problem level={1} error={error} onRetry={() => location.reload()} />
			) : (
				<Loading />
			)}
		</main>
	);
}

/** Signed out: the page is about to leave for sign-in, so no error is flashed. */
function isSignedOut(error: unknown): boolean {
	return typeof error === "object" && error !== null && "status" in error && error.status === 401;
}

function SignedIn({ orgs }: { orgs: MyOrg[] }) {
	const params = useParams({ strict: false });
	const queries = useQueryClient();
	const place = findPlace(orgs, params, rememberedOrg());
	if (place) {
		// Before the page below asks anything: its requests carry the organization.
		rememberOrg(place.org.id);
	}
	const isFound = place !== null;
	const { orgId, projectId } = params;
	useEffect(() => {
		// It may be newer than the list: ask once more for each address.
		if (!isFound && (orgId || projectId)) {
			void queries.invalidateQueries({ queryKey: myOrgsQuery.queryKey });
		}
	}, [isFound, orgId, projectId, queries]);
	const fallback = place ?? findPlace(orgs, {}, rememberedOrg());
	if (!fallback) {
		return <NoOrg />;
	}
	return <Frame orgs={orgs} place={fallback} isFound={isFound} />;
}

interface FrameProps {
	orgs: MyOrg[];
	place: Place;
	isFound: boolean;
}

function Frame({ orgs, place, isFound }: FrameProps) {
	const [isNavOpen, nav] = useDisclosure(false);
	const path = useRouterState({ select: (state) => state.location.pathname });
	const isIdentityOpen = useSyncExternalStore(subscribeIdentity, isIdentityAsked);
	useWelcome(place.org);
	// A new address closes the navigation, which covers the page on phones.
	useEffect(() => nav.close(), [path]);
	return (
		<PlaceContext value={place}>
			<a className="gh-skip" href="#content">
				Skip to the page
			</a>
			<AppShell
				className={place.project?.environment === "test" ? "gh-shell-test" : undefined}
				header={{ height: 58 }}
				navbar={{ width: 236, breakpoint: "md", collapsed: { mobile: !isNavOpen } }}
				padding={{ base: "md", sm: "lg" }}
			>
				<AppShell.Header>
					<div className="gh-header">
						<Burger
							opened={isNavOpen}
							onClick={nav.toggle}
							hiddenFrom="md"
							size="sm"
							aria-label={isNavOpen ? "Close navigation" : "Open navigation"}
						/>
						<Link to="/" className="gh-logo" aria-label="Gatehouse: your projects">
							<img src="/dashboard/icon.svg" alt="" />
							<span>Gatehouse</span>
						</Link>
						<Switcher orgs={orgs} place={place} />
						<div className="gh-header-end">
							<PaletteButton />
							<AccountMenu />
						</div>
					</div>
				</AppShell.Header>
				<AppShell.Navbar>
					<Navigation place={place} />
				</AppShell.Navbar>
				<AppShell.Main id="content">
					<Suspense fallback={<Loading />}>{isFound ? <Outlet /> : <NotFound />}</Suspense>
				</AppShell.Main>
			</AppShell>
			<Toasts />
			{isIdentityOpen ? (
				<Suspense>
					<IdentityDialog />
				</Suspense>
			) : null}
		</PlaceContext>
	);
}
