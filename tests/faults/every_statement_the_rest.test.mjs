// Each statement fails once: organizations, projects, keys, clients and settings; and no write is left out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failEveryStatement, isOfPeople, writes } from "./every_statement.mjs";

test("the writes of this area are all here", () => assert.equal(writes.length, 145));

failEveryStatement((path) => !isOfPeople(path));
