// Builds the dashboard into dist/.next/dashboard/ (see scripts/publish.mjs), to be served under /dashboard/.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
	root: "dashboard",
	base: "/dashboard/",
	plugins: [react()],
	build: {
		outDir: "../dist/.next/dashboard",
		emptyOutDir: true,
		manifest: true,
		target: "es2022",
		// The first that know light-dark(): rewritten for older ones, it wouldn't follow a colour scheme that a script sets.
		cssTarget: ["chrome123", "firefox120", "safari17.5"],
		// An inlined image would be a data: URL, which the content security policy refuses.
		assetsInlineLimit: 0,
	},
});
