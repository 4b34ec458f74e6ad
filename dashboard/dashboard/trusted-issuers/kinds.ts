// The two kinds of trusted issuers, and where they are in the API.
export const AT = "/api/v1/trusted_issuers";
export const ONE = "/api/v1/trusted_issuers/{id}";

export const KINDS = {
	id_jag: { label: "People", long: "People: an identity provider speaks for them (id-jag)" },
	workload: { label: "Workload", long: "Workload: tokens of one subject are a client" },
} as const;

/** Words with spaces or line breaks between. */
export const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);
