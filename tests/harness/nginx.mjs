// nginx in front of the workers, from the site template that is shipped.

import fs from "node:fs";
import path from "node:path";
import { ROOT, isRunning, start, tail, until } from "./workplace.mjs";
import net from "node:net";

const NGINX = process.env.NGINX ?? ["/usr/sbin/nginx", "/usr/bin/nginx"].find(fs.existsSync) ?? "nginx";

export function fillTemplate(text, values) {
	return text.replace(/@([A-Z_]+)@/g, (token, name) => {
		if (!(name in values))
			throw new Error(`the nginx template has ${token}, which the tests don't know`);
		return values[name];
	});
}

/** A folder with (nearly) nothing in it stands for the dashboard when it isn't built: these tests don't look at it. */
function dashboardFolder(server) {
	const built = path.join(ROOT, "dashboard/dist");
	if (fs.existsSync(built))
		return built;
	const folder = path.join(server.folder, "www");
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, "index.html"), "<!doctype html><title>Gatehouse</title>\n");
	return folder;
}

/** extra: more for the http block; site: another form of the site, made of the shipped one. */
export function writeNginxConfig(server, { extra = () => "", site = (text) => text, workers = 1 } = {}) {
	const { folder } = server;
	fs.rmSync(path.join(folder, "snippets"), { force: true });
	fs.symlinkSync(path.join(ROOT, "nginx/snippets"), path.join(folder, "snippets"));
	fs.writeFileSync(path.join(folder, "site.conf"), fillTemplate(site(fs.readFileSync(path.join(ROOT, "nginx/gatehouse.conf.in"), "utf8")), {
		PORT: `127.0.0.1:${server.port}`, SERVER_NAME: "localhost", AUTH_SERVER_NAME: "auth.localhost", PREFIX: folder,
		SOCKETS: server.sockets, DASHBOARD: dashboardFolder(server), TLS_CERT: server.basis.tls.cert, TLS_KEY: server.basis.tls.key,
	}));
	const file = path.join(folder, "nginx.conf");
	fs.writeFileSync(file, `
daemon off;
${process.getuid() === 0 ? "user root;" : ""}
worker_processes ${workers};
pid ${folder}/nginx.pid;
error_log ${server.logs.error} warn;
events { worker_connections 4096; }
http {
	types { text/html html; text/css css; application/javascript js mjs; application/json json; image/svg+xml svg; }
	default_type application/octet-stream;
	${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join("\n\t")}
	include ${folder}/site.conf;
	${extra(server)}
}
`);
	return file;
}

export async function startNginx(server, options) {
	const config = writeNginxConfig(server, options);
	const child = start(NGINX, ["-p", server.folder, "-e", server.logs.error, "-c", config], { log: path.join(server.folder, "nginx.log") });
	await until("nginx listens", () => {
		if (!isRunning(child))
			throw new Error(`nginx ended:\n${tail(path.join(server.folder, "nginx.log"))}\n${tail(server.logs.error)}`);
		return new Promise((resolve) => {
			const socket = net.connect(server.port, "127.0.0.1", () => resolve(true));
			socket.on("connect", () => socket.destroy());
			socket.on("error", () => resolve(false));
		});
	});
	return child;
}
