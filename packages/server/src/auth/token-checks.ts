import { errors } from "jose";
import { refused } from "./credential.ts";

/** How far the clock of whoever made a token may be from ours. */
export const clockToleranceMs = 30_000;
/** The same, as jose wants it. */
export const clockToleranceSeconds = clockToleranceMs / 1_000;

/** Throws UNAUTHORIZED with what is wrong with a token, and nothing of the token. */
export function refusedToken(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw refused("the token has expired");
  if (error instanceof errors.JWTClaimValidationFailed)
    throw refused(
      `the token's claim \`${error.claim}\` is ${error.reason === "missing" ? "missing" : "not right"}`,
    );
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    throw refused("the token is not signed with a key that is known here");
  if (error instanceof errors.JOSEAlgNotAllowed)
    throw refused("the token is not signed with an algorithm that is taken here");
  throw refused("the token is not one that can be read here");
}
