// The same request as curl, PHP, JavaScript and Python would send it; the key comes from the environment.
import type { Request } from "./draft";

export interface Snippet {
	label: string;
	text: (request: Request) => string;
}

function headersOf(request: Request): [string, string][] {
	return [
		...Object.entries(request.headers),
		...(request.body === undefined ? [] : [["Content-Type", "application/json"] as [string, string]]),
	];
}

function addressOf({ path }: Request): string {
	return location.origin + path;
}

function shell(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

function curl(request: Request): string {
	return [
		`curl${request.method === "GET" ? "" : ` -X ${request.method}`} ${shell(addressOf(request))}`,
		'-H "Authorization: Bearer $GATEHOUSE_KEY"',
		...headersOf(request).map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`),
		...(request.body === undefined ? [] : [`-d ${shell(JSON.stringify(request.body))}`]),
	].join(" \\\n  ");
}

/** A text in single quotes, in which PHP knows only these two escapes. */
function php(text: string): string {
	return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function phpLines(request: Request): string {
	return [
		"$call = stream_context_create(['http' => [",
		`    'method' => ${php(request.method)},`,
		"    'header' => [",
		"        'Authorization: Bearer ' . getenv('GATEHOUSE_KEY'),",
		...headersOf(request).map(([name, value]) => `        ${php(`${name}: ${value}`)},`),
		"    ],",
		...(request.body === undefined ? [] : [`    'content' => ${php(JSON.stringify(request.body))},`]),
		"    'ignore_errors' => true,",
		"]]);",
		`$answer = file_get_contents(${php(addressOf(request))}, false, $call);`,
		'print $http_response_header[0] . "\n" . $answer;',
	].join("\n");
}

function javascript(request: Request): string {
	return [
		`const answer = await fetch(${JSON.stringify(addressOf(request))}, {`,
		`  method: ${JSON.stringify(request.method)},`,
		"  headers: {",
		"    Authorization: `Bearer ${process.env.GATEHOUSE_KEY}`,",
		...headersOf(request).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
		"  },",
		...(request.body === undefined ? [] : [`  body: JSON.stringify(${JSON.stringify(request.body)}),`]),
		"});",
		"console.log(answer.status, await answer.text());",
	].join("\n");
}

/** JSON in JSON's own notation is a text of Python's too. */
function python(request: Request): string {
	return [
		"import os",
		"import urllib.request",
		"",
		"call = urllib.request.Request(",
		`    ${JSON.stringify(addressOf(request))},`,
		`    method=${JSON.stringify(request.method)},`,
		"    headers={",
		'        "Authorization": "Bearer " + os.environ["GATEHOUSE_KEY"],',
		...headersOf(request).map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
		"    },",
		...(request.body === undefined ? [] : [`    data=${JSON.stringify(JSON.stringify(request.body))}.encode(),`]),
		")",
		"with urllib.request.urlopen(call) as answer:",
		"    print(answer.status, answer.read().decode())",
	].join("\n");
}

export const SNIPPETS: Snippet[] = [
	{ label: "curl", text: curl },
	{ label: "PHP", text: phpLines },
	{ label: "JavaScript", text: javascript },
	{ label: "Python", text: python },
];
