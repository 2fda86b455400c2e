import { isTaskId, KerutaError } from "@keruta/protocol";
import type { JWTPayload } from "jose";
import type { AuthSettings } from "../auth-settings.ts";
import type { Identity } from "../identity.ts";
import { refused } from "./credential.ts";
import { roleNamed, roleNamesOf } from "./role-names.ts";

/** A name stands in log lines. */
const maxNameLength = 128;

/**
 * Who a token's claims are about; the token has been verified. Throws UNAUTHORIZED for claims that are not what they
 * must be (never a wider reading of them), FORBIDDEN for somebody who has no role here.
 */
export function identityOf(claims: JWTPayload, settings: AuthSettings): Identity {
  const name = nameOf(claims);
  const role = roleNamed(roleNamesOf(claims, settings.rolesClaim, settings.audience));
  if (role === undefined)
    throw new KerutaError(
      "FORBIDDEN",
      `${name} has no role here: give them one such as keruta-viewer, keruta-operator or keruta-admin`,
    );
  const tasks = tasksOf(claims["tasks"]);
  const keyId = typeof claims["key"] === "string" ? claims["key"] : undefined;
  return {
    name,
    role,
    ...(tasks === undefined ? {} : { tasks }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(claims["login"] === true ? { isUser: true } : {}),
    ...(claims.exp === undefined ? {} : { expiresAtMs: claims.exp * 1_000 }),
  };
}

function nameOf(claims: JWTPayload): string {
  const given = [claims["preferred_username"], claims.sub].find(
    (name) => typeof name === "string" && name !== "",
  );
  const name = typeof given === "string" ? given : "unnamed";
  return name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ").slice(0, maxNameLength);
}

function tasksOf(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.every((id) => typeof id === "string" && isTaskId(id));
  if (!isList) throw refused("the token's `tasks` is not a list of task ids");
  return value;
}
