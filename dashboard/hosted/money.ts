// Amounts as people read them: the API counts in a currency's smallest part.

/** Digits behind the point; licensing names those that haven't two. */
function decimalsOf(currency: string): number {
	if (["IDR", "JPY", "KRW", "VND", "CLP"].includes(currency)) {
		return 0;
	}
	return ["KWD", "BHD", "TND"].includes(currency) ? 3 : 2;
}

export function money(amount: number, currency: string, language?: string): string {
	const digits = decimalsOf(currency);
	const format = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
	return new Intl.NumberFormat(language, format).format(amount / 10 ** digits);
}
