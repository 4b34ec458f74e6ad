// Who is signed in at this origin, if anybody.
import { call, Refusal } from "./api";

interface Person {
	email: string | null;
	username: string | null;
	name: string;
}

export interface Session {
	session: { id: string };
	user: Person;
	csrf_token: string;
	/** Who acts in this user's name. */
	impersonator_email: string | null;
	/** Further accounts of this browser. */
	others: { session: { id: string }; user: Person }[];
}

export async function currentSession(): Promise<Session | null> {
	try {
		return await call<Session>("GET", "/session");
	} catch (error) {
		if (error instanceof Refusal && error.status === 401) {
			return null;
		}
		throw error;
	}
}

/** What people call themselves here. */
export function nameOf({ email, username, name }: Person): string {
	return email ?? username ?? name;
}
