// Amounts as people read them: whole numbers of a currency's least part become its own notation.

const NONE = new Set(["IDR", "JPY", "KRW", "VND", "CLP"]);
const THREE = new Set(["KWD", "BHD", "TND"]);

export function money(amount: number, currency: string): string {
	const digits = NONE.has(currency) ? 0 : THREE.has(currency) ? 3 : 2;
	return new Intl.NumberFormat("en", { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount / 10 ** digits);
}

/** "$29.00, monthly" */
export function priceOf({ price, currency, period }: { price: number; currency: string; period: string }): string {
	return price === 0 ? "Free" : `${money(price, currency)}, ${period.replace("_", " ")}`;
}
