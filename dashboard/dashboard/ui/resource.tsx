// Draws the four states of everything that is fetched: loading, empty, error, forbidden; then the data.
import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconLock, IconMoodEmpty, IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError, sentence } from "../api/errors";

interface Fetched<T> {
	data: T | undefined;
	error: unknown;
	isPending: boolean;
	refetch: () => unknown;
}

interface ResourceProps<T> {
	query: Fetched<T>;
	/** True for data that has nothing to show; then `empty` is drawn. */
	isEmpty?: (data: T) => boolean;
	empty?: ReactNode;
	children: (data: T) => ReactNode;
}

export function Resource<T>({ query, isEmpty, empty, children }: ResourceProps<T>) {
	if (query.data !== undefined) {
		return isEmpty?.(query.data) ? empty : children(query.data);
	}
	if (query.isPending) {
		return <Loading />;
	}
	return <Problem error={query.error} onRetry={() => query.refetch()} />;
}

export function Loading() {
	return (
		<Stack gap="sm" role="status" aria-label="Loading">
			<Skeleton height={44} radius="md" />
			<Skeleton height={44} radius="md" />
			<Skeleton height={44} radius="md" width="70%" />
		</Stack>
	);
}

interface EmptyProps {
	title: string;
	children?: ReactNode;
	action?: ReactNode;
	icon?: ReactNode;
	/** 1 where the state is the whole page. */
	level?: 1 | 2;
}

/** One sentence that says what belongs here, and one button that puts it there. */
export function Empty({ title, children, action, icon, level = 2 }: EmptyProps) {
	return (
		<div className="gh-state">
			<span className="gh-state-icon" aria-hidden>
				{icon ?? <IconMoodEmpty size={26} stroke={1.5} />}
			</span>
			<Title order={level}>{title}</Title>
			{children ? (
				<Text c="dimmed" maw={440}>
					{children}
				</Text>
			) : null}
			{action}
		</div>
	);
}

function isForbidden(error: unknown): boolean {
	return error instanceof ApiError && error.status === 403;
}

interface ProblemProps {
	error: unknown;
	onRetry?: () => void;
	level?: 1 | 2;
}

/** A page's worth of error or refusal, with the code and request id that support asks for. */
export function Problem({ error, onRetry, level = 2 }: ProblemProps) {
	const forbidden = isForbidden(error);
	return (
		<div className="gh-state" role="alert">
			<span className="gh-state-icon" aria-hidden>
				{forbidden ? <IconLock size={26} stroke={1.5} /> : <IconPlugConnectedX size={26} stroke={1.5} />}
			</span>
			<Title order={level}>{forbidden ? "Not for your role" : "That didn't work"}</Title>
			<Text c="dimmed" maw={440}>
				{sentence(error)}
			</Text>
			<ErrorFacts error={error} />
			{!forbidden && onRetry ? (
				<Button variant="default" onClick={onRetry}>
					Try again
				</Button>
			) : null}
		</div>
	);
}

/** The machine's side of an error: code, message and request id. */
export function ErrorFacts({ error }: { error: unknown }) {
	if (!(error instanceof ApiError)) {
		return null;
	}
	return (
		<p className="gh-error-facts">
			<code>{error.code}</code> {error.message}
			{error.requestId ? (
				<>
					{" "}
					<code>{error.requestId}</code>
				</>
			) : null}
		</p>
	);
}

/** The same as a banner inside a form or dialog. */
export function FormProblem({ error }: { error: unknown }) {
	if (!error) {
		return null;
	}
	return (
		<div className="gh-banner gh-banner-danger" role="alert">
			<p>{sentence(error)}</p>
			<ErrorFacts error={error} />
		</div>
	);
}
