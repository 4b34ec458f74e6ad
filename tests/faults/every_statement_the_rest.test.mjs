// Each statement fails once: organizations, projects, keys, clients and settings; and no write is left out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failEveryStatement, isOfPeople, writes } from "./every_statement.mjs";

test("the writes of this area are all here", () => assert.ok(writes.length >= 145, `${writes.length} writes are left`));

failEveryStatement((path) => !isOfPeople(path));
