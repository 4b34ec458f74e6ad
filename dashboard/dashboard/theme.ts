// The look: stone neutrals and a deep teal, quiet surfaces, clear focus.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const gate: MantineColorsTuple = [
	"#effaf8",
	"#d5f2ed",
	"#a9e2d9",
	"#74ccc1",
	"#45b3a7",
	"#26968b",
	"#158077",
	"#0f766e",
	"#0f5e58",
	"#104c48",
];

const stone: MantineColorsTuple = [
	"#fafaf9",
	"#f5f5f4",
	"#e7e5e4",
	"#d6d3d1",
	"#a8a29e",
	"#78716c",
	"#57534e",
	"#44403c",
	"#292524",
	"#1c1917",
];

const night: MantineColorsTuple = [
	"#e7e5e4",
	"#c9c5c1",
	"#a8a29e",
	"#78716c",
	"#3f3b38",
	"#2f2b29",
	"#24211f",
	"#1c1a18",
	"#151312",
	"#0f0e0d",
];

const amber: MantineColorsTuple = [
	"#fffbeb",
	"#fef3c7",
	"#fde68a",
	"#fcd34d",
	"#fbbf24",
	"#f59e0b",
	"#d97706",
	"#b45309",
	"#92400e",
	"#78350f",
];

export const theme = createTheme({
	colors: { gate, gray: stone, dark: night, amber },
	primaryColor: "gate",
	primaryShade: { light: 7, dark: 7 },
	defaultRadius: "md",
	cursorType: "pointer",
	focusRing: "auto",
	respectReducedMotion: true,
	fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", Arial, sans-serif',
	fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace',
	headings: {
		fontWeight: "600",
		sizes: {
			h1: { fontSize: "1.5rem", lineHeight: "1.3" },
			h2: { fontSize: "1.0625rem", lineHeight: "1.4" },
			h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
		},
	},
	radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "20px" },
	components: {
		Button: { defaultProps: { size: "sm" } },
		Checkbox: { defaultProps: { radius: "xs" } },
		Modal: {
			defaultProps: {
				radius: "lg",
				padding: "lg",
				overlayProps: { backgroundOpacity: 0.45, blur: 2 },
				closeButtonProps: { "aria-label": "Close" },
				// Its <header> would count as the page's banner.
				attributes: { header: { role: "presentation" } },
			},
		},
		// Inside <main>, so that no open menu stands outside the page's landmarks.
		Menu: {
			defaultProps: {
				shadow: "md",
				radius: "md",
				withInitialFocusPlaceholder: false,
				portalProps: { target: "#content" },
			},
		},
	},
});

/** Text colours with enough contrast, and the surfaces that the stylesheet refers to. */
export const variables: CSSVariablesResolver = () => ({
	variables: {},
	light: {
		"--mantine-color-body": "#f8f7f6",
		"--mantine-color-text": "#1c1917",
		"--mantine-color-dimmed": "#57534e",
		"--mantine-color-placeholder": "#736c67",
		"--mantine-color-error": "#b91c1c",
		"--mantine-color-anchor": "#0f665f",
		"--mantine-color-default-border": "#c9c4bf",
		"--gh-surface": "#ffffff",
		"--gh-sunken": "#f3f1ef",
		"--gh-line": "#e4e1de",
		"--gh-line-strong": "#c9c4bf",
		"--gh-hover": "#efedeb",
		"--gh-accent-soft": "#e3f4f1",
		"--gh-accent-text": "#0d5d57",
		"--gh-test": "#b45309",
		"--gh-test-soft": "#fef1d2",
		"--gh-test-text": "#7c3606",
		"--gh-danger-line": "#efc4c0",
	},
	dark: {
		"--mantine-color-body": "#161412",
		"--mantine-color-text": "#ebe8e5",
		"--mantine-color-dimmed": "#b3ada7",
		"--mantine-color-placeholder": "#98918b",
		"--mantine-color-error": "#fca5a5",
		"--mantine-color-anchor": "#74ccc1",
		"--mantine-color-default-border": "#4f4944",
		"--gh-surface": "#1e1b19",
		"--gh-sunken": "#131110",
		"--gh-line": "#35302c",
		"--gh-line-strong": "#4f4944",
		"--gh-hover": "#2a2623",
		"--gh-accent-soft": "#12322f",
		"--gh-accent-text": "#8adbd0",
		"--gh-test": "#f59e0b",
		"--gh-test-soft": "#3a2708",
		"--gh-test-text": "#fbd07c",
		"--gh-danger-line": "#5b2a26",
	},
});
