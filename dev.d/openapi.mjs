// Makes openapi.json and permissions.md from `gatehoused --describe` (standard input): node dev.d/openapi.mjs FOLDER < describe.json
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const everything = JSON.parse(readFileSync(0, "utf8"));

// The endpoints of OAuth and MCP are what their specifications say, and tell of themselves; so are the error codes that OAuth has for itself.
const errorsWhere = (isOAuth) => new Set(everything.routes.filter((route) => Boolean(route.oauth) === isOAuth).flatMap((route) => route.errors));
const ofOAuth = errorsWhere(true), ofOthers = errorsWhere(false);
const described = {
  ...everything,
  routes: everything.routes.filter((route) => !route.oauth && !route.mcp),
  errors: everything.errors.filter((error) => !ofOAuth.has(error.code) || ofOthers.has(error.code)),
};
const folder = process.argv[2];

// Errors that every route can answer; a route's own come from its table.
const COMMON = ["invalid_path", "ambiguous_header", "rate_limited", "internal", "busy"];
const WITH_CREDENTIAL = ["unauthorized", "credential_not_allowed"];
const WITH_TENANT = ["invalid_id", "ambiguous_org", "org_mismatch", "org_suspended", "not_found"];
const WITH_INPUT = ["validation_failed"];
const WITH_BODY = ["invalid_json", "body_too_large", "unsupported_media_type"];
const OF_WRITES = ["csrf_failed", "idempotency_mismatch", "idempotency_in_progress", "outcome_unknown"];

const statusOf = new Map(described.errors.map((error) => [error.code, error.status]));

function lengths(field) {
  const limits = {};
  if (field.min !== undefined) limits.minLength = field.min;
  if (field.max !== undefined) limits.maxLength = field.max;
  return limits;
}

function schemaOf(field) {
  switch (field.type) {
    case "string": return { type: "string", ...lengths(field) };
    case "id": return { type: "string", ...(field.id_prefix ? { pattern: `^${field.id_prefix}_[A-Za-z0-9]+$` } : {}) };
    case "enum": return { type: "string", enum: field.values };
    case "boolean": return { type: "boolean" };
    case "integer": return {
      type: "integer",
      ...(field.min !== undefined ? { minimum: field.min } : {}),
      ...(field.max !== undefined ? { maximum: field.max } : {}),
    };
    case "time": return { type: "string", format: "date-time" };
    case "strings": return {
      type: "array",
      items: field.values ? { type: "string", enum: field.values } : { type: "string", ...lengths(field) },
      ...(field.items_min !== undefined ? { minItems: field.items_min } : {}),
      ...(field.items_max !== undefined ? { maxItems: field.items_max } : {}),
    };
    case "words": return { type: "array", items: { type: "string" } };
    case "object": return objectOf(field.fields);
    case "list": return { type: "array", items: objectOf(field.fields) };
    case "json": return { description: "Any JSON value" };
    default: throw new Error(`no schema for a field of type ${field.type}`);
  }
}

function propertyOf(field) {
  let schema = schemaOf(field);
  if (field.nullable) schema = schema.enum ? { ...schema, type: ["string", "null"], enum: [...schema.enum, null] }
    : schema.type ? { ...schema, type: [schema.type, "null"] } : schema;
  if (field.description) schema.description = field.description;
  return schema;
}

// Of a reply: every member is there unless the table says that it may be left out.
function objectOf(fields) {
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
    required: fields.filter((field) => !field.optional).map((field) => field.name),
    additionalProperties: false,
  };
}

// A member of a request: of an object, or of each in a list, only what its own table asks for is required.
function inputOf(field) {
  if (field.type !== "object" && field.type !== "list") return propertyOf(field);
  const description = field.description ? { description: field.description } : {};
  if (field.type === "object") return { ...bodyOf(field.fields), ...description };
  return { type: "array", minItems: field.items_min ?? 0, maxItems: field.items_max, items: bodyOf(field.fields), ...description };
}

function bodyOf(fields) {
  const named = fields.filter((field) => field.in === "body" && !field.immutable);
  const required = named.filter((field) => field.required).map((field) => field.name);
  return {
    type: "object",
    properties: Object.fromEntries(named.map((field) => [field.name, inputOf(field)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function parametersOf(route) {
  const parameters = route.input.filter((field) => field.in !== "body").map((field) => ({
    name: field.name, in: field.in, required: field.in === "path" || field.required === true,
    ...(field.description ? { description: field.description } : {}),
    schema: schemaOf(field),
  }));
  if (route.list) parameters.push(
    { name: "limit", in: "query", required: false, schema: { type: "integer", minimum: 1, maximum: route.limit_max ?? 100, default: route.limit_default ?? 50 } },
    { name: "cursor", in: "query", required: false, description: "next_cursor of the page before", schema: { type: "string" } },
    { name: "include_total", in: "query", required: false, schema: { type: "boolean" } });
  if (route.tenant.startsWith("project") && route.tenant !== "project_in_path")
    parameters.push({ name: "X-Project-Id", in: "header", required: false, schema: { type: "string", pattern: "^prj_[a-z0-9]{16}$" } });
  if (route.auth.includes("session") && route.tenant !== "none")
    parameters.push({ name: "X-Org-Id", in: "header", required: false, schema: { type: "string", pattern: "^org_[a-z0-9]{16}$" } });
  if (route.auth.includes("session") && route.method !== "GET")
    parameters.push({ name: "X-CSRF-Token", in: "header", required: false, description: "With a session: of GET /api/v1/session", schema: { type: "string" } });
  if (route.method !== "GET" && !route.public && !route.no_idempotency)
    parameters.push({ name: "Idempotency-Key", in: "header", required: false, schema: { type: "string", minLength: 1, maxLength: 128 } });
  if (route.etag)
    parameters.push({ name: route.method === "GET" ? "If-None-Match" : "If-Match", in: "header", required: false, schema: { type: "string" } });
  return parameters;
}

function hasBody(route) {
  return route.input.some((field) => field.in === "body");
}

function errorsOf(route) {
  return [...new Set([
    ...COMMON,
    ...(route.public ? [] : WITH_CREDENTIAL),
    ...(route.tenant === "none" ? [] : WITH_TENANT),
    ...(route.permission === "" ? [] : ["forbidden", "insufficient_scope"]),
    ...(route.auth.includes("user_token") ? ["insufficient_scope"] : []),
    ...(route.input.length > 0 ? WITH_INPUT : []),
    ...(hasBody(route) ? WITH_BODY : []),
    ...(route.method === "GET" ? [] : OF_WRITES),
    ...(route.list ? ["invalid_cursor"] : []),
    ...(route.recent_sign_in ? ["reauthentication_required"] : []),
    ...(route.etag && route.method !== "GET" ? ["precondition_failed"] : []),
    ...route.errors,
  ])];
}

function successOf(route, status, output = route.output) {
  if (route.media_types) return {
    description: route.summary,
    content: Object.fromEntries(route.media_types.map((type) => [type, { schema: { type: "string" } }])),
  };
  if (output.length === 0 || status === 204) return { description: "Done" };
  if (route.text) return { description: route.summary, content: { "text/plain": { schema: { type: "string" } } } };
  const object = objectOf(output);
  const schema = !route.list ? object : {
    type: "object",
    properties: { data: { type: "array", items: object }, next_cursor: { type: ["string", "null"] }, total: { type: ["integer", "null"], description: "With include_total; null when there are too many to count" } },
    required: ["data", "next_cursor"],
    additionalProperties: false,
  };
  return { description: route.summary, content: { "application/json": { schema } } };
}

function responsesOf(route) {
  const responses = { [route.status]: successOf(route, route.status) };
  if (route.other_status) responses[route.other_status] = successOf(route, route.other_status, route.other_output);
  const byStatus = new Map();
  for (const code of errorsOf(route)) {
    const status = statusOf.get(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of [...byStatus].sort((a, b) => a[0] - b[0]))
    responses[status] = { description: codes.join(", "), content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } };
  return responses;
}

function securityOf(route) {
  if (route.public) return [{}];
  return route.auth.map((kind) => ({ [kind]: [] }));
}

function operationOf(route) {
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tags: [route.id.split("_")[0]],
    ...(route.permission && route.permission !== "in_handler" ? { "x-permission": route.permission } : {}),
    security: securityOf(route),
    parameters: parametersOf(route),
    ...(hasBody(route) ? { requestBody: { required: bodyOf(route.input).required !== undefined, content: { "application/json": { schema: bodyOf(route.input) } } } } : {}),
    responses: responsesOf(route),
  };
}

function openapi() {
  const paths = {};
  for (const route of described.routes) {
    paths[route.path] ??= {};
    paths[route.path][route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Gatehouse", version: "1", description: "The API of one Gatehouse installation. /api/v1 only grows." },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-gatehouse" },
        personal_token: { type: "http", scheme: "bearer", description: "gpat_…" },
        project_user: { type: "apiKey", in: "cookie", name: "__Host-gatehouse-proj_…", description: "On AUTH_HOST, with X-Client-Id" },
        user_token: { type: "http", scheme: "bearer", description: "A project's access token for https://AUTH_HOST/api with the scope account" },
        service_key: { type: "http", scheme: "bearer", description: "gsk_live_… or gsk_test_…" },
        client: { type: "http", scheme: "basic", description: "The id and secret of an application of the project; or both as client_id and client_secret in the body" },
        oauth: { type: "http", scheme: "bearer", description: "gat_…, of the authorization server that /.well-known/oauth-authorization-server describes" },
      },
      schemas: {
        Error: {
          type: "object",
          properties: {
            error: {
              type: "object",
              properties: {
                code: { type: "string", enum: described.errors.map((error) => error.code) },
                message: { type: "string" },
                details: { type: "object" },
                docs: { type: "string" },
              },
              required: ["code", "message"],
            },
            request_id: { type: "string" },
          },
          required: ["error", "request_id"],
        },
      },
    },
  };
}

function permissions() {
  const rows = described.permissions.map((p) => `| \`${p.name}\` | ${p.least_role} | ${p.grantable ? "yes" : "never"} |`);
  return [
    "# Permissions", "",
    "A role has every permission of the roles below it: viewer, member, manager, admin, owner. `operator` means an owner or admin of the",
    "operator organization, in a browser. The same words are the scopes of service keys. Generated from the program's own table.", "",
    "| permission | least role | for service keys |", "|---|---|---|", ...rows, "",
  ].join("\n");
}

writeFileSync(path.join(folder, "openapi.json"), JSON.stringify(openapi(), null, 1) + "\n");
writeFileSync(path.join(folder, "permissions.md"), permissions());
