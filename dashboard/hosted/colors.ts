// Colours that can be read, whatever a brand's own are (WCAG 2.2: contrast of at least 4.5 to 1).

const ENOUGH = 4.5;
const DARK = "#1c1917";
const BLACK = "#000000";
const LIGHT = "#ffffff";

type Channels = [number, number, number];

function channels(color: string): Channels {
	return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as Channels;
}

function luminance(color: string): number {
	const [red, green, blue] = channels(color).map((value) => {
		const part = value / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
	const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
	return (high + 0.05) / (low + 0.05);
}

/** Nearly black or white text, whichever reads better on a colour; on some greys only black does. */
export function textOn(color: string): string {
	const better = contrast(DARK, color) >= contrast(LIGHT, color) ? DARK : LIGHT;
	return contrast(better, color) >= ENOUGH ? better : BLACK;
}

function mix(color: string, towards: string, share: number): string {
	const [from, to] = [channels(color), channels(towards)];
	return `#${from
		.map((value, i) =>
			Math.round(value + (to[i] - value) * share)
				.toString(16)
				.padStart(2, "0"),
		)
		.join("")}`;
}

/** The colour itself where it reads well on another, else the nearest that does. */
export function readable(color: string, on: string): string {
	const towards = textOn(on);
	for (let share = 0; share < 1; share += 0.05) {
		const tried = mix(color, towards, share);
		if (contrast(tried, on) >= ENOUGH) {
			return tried;
		}
	}
	return towards;
}

export function isColor(text: string | null | undefined): text is string {
	return /^#[0-9a-f]{6}$/i.test(text ?? "");
}
