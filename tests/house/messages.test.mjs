// The hosted pages' catalogues: every language has every sentence, with the same places to fill in.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "../harness/workplace.mjs";

const HOSTED = path.join(ROOT, "dashboard/hosted");
const read = (file) => fs.readFileSync(path.join(HOSTED, file), "utf8");

/** key → text, of a catalogue that is one literal of plain strings. */
function catalogue(language) {
	const entries = [...read(`messages/${language}.ts`).matchAll(/^\t(\w+):\s+("(?:[^"\\]|\\.)*"),$/gm)];
	return new Map(entries.map(([, key, text]) => [key, JSON.parse(text)]));
}

const placesIn = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

const english = catalogue("en");
const others = fs.readdirSync(path.join(HOSTED, "messages")).map((file) => path.basename(file, ".ts")).filter((language) => language !== "en");

test("the English catalogue is read whole", () => {
	const lines = read("messages/en.ts").match(/^\t\w+:/gm);
	assert.ok(lines.length > 50);
	assert.equal(english.size, lines.length);
});

for (const language of others)
	test(`${language} has the sentences of English, and fills in the same places`, () => {
		const own = catalogue(language);
		assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort());
		for (const [key, text] of english)
			assert.deepEqual(placesIn(own.get(key)), placesIn(text), key);
	});
