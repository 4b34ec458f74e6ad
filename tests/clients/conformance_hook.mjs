// @modelcontextprotocol/conformance needs fs.globSync, which Node has from 22 on, for a command that isn't used here: on an older one it gets none.
import { register } from "node:module";

const HOOK = `
export async function load(url, context, next) {
	const loaded = await next(url, context);
	if (!url.endsWith("/conformance/dist/index.js"))
		return loaded;
	const source = loaded.source.toString().replace("globSync as a,", "").replace(/^import/m, "const a=()=>[];import");
	return { ...loaded, source };
}`;

if (Number(process.versions.node.split(".")[0]) < 22)
	register(`data:text/javascript,${encodeURIComponent(HOOK)}`);
