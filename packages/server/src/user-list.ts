import type { Kind } from "@keruta/config";
import type { UserSettings } from "./auth-settings.ts";
import { roles } from "./identity.ts";

/** Those who log in by name and password, as they stand in a file. */
export const userList: Kind<readonly UserSettings[]> = {
  placeholder: "USERS",
  expected: `a list of users, each with username, passwordHash (see keruta password) and role (${roles.join(", ")})`,
  read(given) {
    const users = Array.isArray(given) ? given.map(readUser) : [undefined];
    return users.every((user) => user !== undefined) ? users : undefined;
  },
  show: (users) => users.map(({ username, role }) => `${username} (${role})`),
};

function readUser(given: unknown): UserSettings | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { username, passwordHash, password_hash: otherSpelling, role } = given as Record<string, unknown>;
  const hash = passwordHash ?? otherSpelling;
  const known = roles.find((name) => name === role);
  if (typeof username !== "string" || username === "" || typeof hash !== "string" || known === undefined)
    return undefined;
  return { username, passwordHash: hash, role: known };
}
