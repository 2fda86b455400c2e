const name = "keruta_session";

/**
 * Pages cannot read it, other sites cannot make a browser send it, and over TLS it goes over TLS only. Cookies do not
 * tell ports apart: two servers on one host share the name.
 */
export function sessionCookie(session: string, lifetimeMs: number, isSecure: boolean): string {
  return cookie(session, Math.floor(lifetimeMs / 1_000), isSecure);
}

/** Makes the browser forget it. */
export function endedSessionCookie(isSecure: boolean): string {
  return cookie("", 0, isSecure);
}

export function sessionOf(header: string | null): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key = "", ...value] = pair.trim().split("=");
    if (key === name && value.length > 0) return value.join("=") || undefined;
  }
  return undefined;
}

function cookie(value: string, maxAgeSeconds: number, isSecure: boolean): string {
  const secure = isSecure ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}
