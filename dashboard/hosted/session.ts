// Who is signed in at this origin, if anybody.
import { call, Refusal } from "./api";

export interface Session {
	user: { email: string };
	csrf_token: string;
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
