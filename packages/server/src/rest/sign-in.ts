import { z } from "zod";
import { roles } from "../identity.ts";
import { actions } from "../permissions.ts";
import type { RequestEnv } from "../request-env.ts";
import { type Endpoint, endpoint, json } from "./endpoint.ts";

/** Who checks what is shown and makes tokens of it; each answers the request itself. */
export interface SignInAnswers {
  login(login: z.output<typeof loginRequest>, env: RequestEnv): Promise<Response>;
  refresh(request: z.output<typeof refreshRequest>): Promise<Response>;
  openSession(shown: z.output<typeof sessionRequest>, env: RequestEnv): Promise<Response>;
  closeSession(env: RequestEnv): Promise<Response>;
  me(env: RequestEnv): Promise<Response>;
}

const maxBodyBytes = 32 * 1024;

const loginRequest = z.object({ username: z.string(), password: z.string() }).meta({ id: "LoginRequest" });
const refreshRequest = z.object({ refreshToken: z.string() }).meta({ id: "RefreshRequest" });
const sessionRequest = z
  .union([loginRequest, z.object({ token: z.string() }), z.object({})])
  .meta({ id: "SessionRequest" });

const tokens = z
  .object({
    token: z.string(),
    accessToken: z.string().meta({ description: "The same as token." }),
    refreshToken: z.string(),
    tokenType: z.literal("Bearer"),
    expiresIn: z.int().meta({ description: "Seconds." }),
  })
  .meta({ id: "Tokens" });

const myself = z
  .object({
    name: z.string(),
    role: z.enum(roles),
    tasks: z
      .array(z.string())
      .optional()
      .meta({ description: "The only tasks that are there for them. Absent: all." }),
    may: z.array(z.enum(actions)),
    authRequired: z.boolean().meta({ description: "Whether the server asks everybody who they are." }),
    expiresAt: z.iso.datetime().optional(),
  })
  .meta({ id: "Myself" });

export function login(signIn: SignInAnswers): Endpoint {
  return endpoint(
    {
      summary: "Log in",
      body: { schema: loginRequest, maxBytes: maxBodyBytes },
      answers: { 200: json("Tokens, for the Authorization header.", tokens) },
      errors: ["UNAUTHORIZED"],
    },
    ({ context, body }) => signIn.login(body, context.env),
  );
}

export function refresh(signIn: SignInAnswers): Endpoint {
  return endpoint(
    {
      summary: "Exchange a refresh token for new tokens",
      body: { schema: refreshRequest, maxBytes: maxBodyBytes },
      answers: { 200: json("Tokens.", tokens) },
      errors: ["UNAUTHORIZED"],
    },
    ({ body }) => signIn.refresh(body),
  );
}

export function openSession(signIn: SignInAnswers): Endpoint {
  return endpoint(
    {
      summary: "Begin a session, as the panel does",
      details: "With a name and password, a token or an API key, or with what the request itself shows.",
      body: { schema: sessionRequest, maxBytes: maxBodyBytes, optional: true },
      answers: { 200: json("Who it is; the session is in a cookie.", myself) },
      errors: ["UNAUTHORIZED", "FORBIDDEN"],
    },
    ({ context, body }) => signIn.openSession(body, context.env),
  );
}

export function closeSession(signIn: SignInAnswers): Endpoint {
  return endpoint(
    { summary: "End the session", answers: { 204: { description: "The cookie is taken away." } } },
    ({ context }) => signIn.closeSession(context.env),
  );
}

export function whoAmI(signIn: SignInAnswers): Endpoint {
  return endpoint(
    { summary: "Who is asking, and what they may do", answers: { 200: json("Who it is.", myself) } },
    ({ context }) => signIn.me(context.env),
  );
}
