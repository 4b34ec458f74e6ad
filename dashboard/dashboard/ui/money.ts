// Amounts as people read them: whole numbers of a currency's least part become its own notation.

/** Currencies whose least part isn't a hundredth; the rest have two decimals. */
const DECIMALS: Record<string, number> = { IDR: 0, JPY: 0, KRW: 0, VND: 0, CLP: 0, KWD: 3, BHD: 3, TND: 3 };

export function money(amount: number, currency: string): string {
	const decimals = DECIMALS[currency] ?? 2;
	try {
		return new Intl.NumberFormat("en", {
			style: "currency",
			currency,
			minimumFractionDigits: decimals,
			maximumFractionDigits: decimals,
		}).format(amount / 10 ** decimals);
	} catch {
		// A currency that is still being typed.
		return `${amount} ${currency}`;
	}
}
