import type { Role } from "../identity.ts";

/**
 * What other systems call our roles, in lower case. Of several names the mightiest counts. Scopes and the roles of our
 * own clients are looked up here too.
 */
const roleNames: Readonly<Record<Role, readonly string[]>> = {
  admin: ["admin", "system-admin", "keruta-admin", "keruta:admin"],
  developer: [
    "developer",
    "project-admin",
    "project_admin",
    "keruta-operator",
    "keruta:developer",
    "keruta:project-admin",
  ],
  agent: ["agent", "api", "keruta-agent", "keruta:agent"],
  viewer: ["viewer", "user", "keruta-viewer", "keruta:viewer"],
};

/** Clients of a Keycloak realm whose own roles count besides those of the audience. */
const ourClients = ["keruta-api", "keruta-admin", "keruta-agent"];

/** A scope of another application may be called `admin` as well: only those with our name in front count. */
const scopePrefix = "keruta:";

/** Undefined: none of the names means anything here. */
export function roleNamed(names: readonly string[]): Role | undefined {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const mightiestFirst = Object.entries(roleNames) as [Role, readonly string[]][];
  return mightiestFirst.find(([, known]) => known.some((name) => wanted.has(name)))?.[0];
}

/** Every name of a role that a token's claims hold. `rolesClaim` is the way to the list, with dots. */
export function roleNamesOf(
  claims: Readonly<Record<string, unknown>>,
  rolesClaim: string,
  audience: string | undefined,
): string[] {
  const clients = audience === undefined ? ourClients : [audience, ...ourClients];
  return [
    ...textsOf(claims["role"]),
    ...textsOf(at(claims, rolesClaim.split("."))),
    ...textsOf(at(claims, ["realm_access", "roles"])),
    ...clients.flatMap((client) => textsOf(at(claims, ["resource_access", client, "roles"]))),
    ...textsOf(claims["scope"]).filter((scope) => scope.startsWith(scopePrefix)),
  ];
}

function at(value: unknown, way: readonly string[]): unknown {
  const [key, ...rest] = way;
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return at((value as Record<string, unknown>)[key], rest);
}

/** A list of texts, or one text with blanks between (as scopes are written). */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(" ");
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
