// Each statement fails once: what people do at their sign-in and account, and what is done with them.

import { failEveryStatement, isOfPeople } from "./every_statement.mjs";

failEveryStatement(isOfPeople);
