// Builds the hosted pages into dist/.next/hosted/ (see scripts/publish.mjs): one HTML file a page, shared assets under /hosted/.
import { resolve } from "node:path";
import { defineConfig } from "vite";

const pages = ["sign-in", "sign-up", "upgrade", "callback", "setup", "verify", "magic-link", "forgot", "reset", "invite", "join", "account", "sign-out", "consent", "select-account", "wait", "device", "pay", "plan", "license", "error", "bot-check"];

export default defineConfig({
	root: "hosted",
	base: "/hosted/",
	build: {
		outDir: "../dist/.next/hosted",
		emptyOutDir: true,
		manifest: true,
		target: "es2022",
		// The first that know light-dark(): rewritten for older ones, it wouldn't follow a colour scheme that a script sets.
		cssTarget: ["chrome123", "firefox120", "safari17.5"],
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rollupOptions: {
			input: pages.map((page) => resolve(import.meta.dirname, `hosted/${page}.html`)),
		},
	},
});
