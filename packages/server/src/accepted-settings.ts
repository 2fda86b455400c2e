import { setting, text, url } from "@keruta/config";

/** What keruta's documents have a server or its panel read and this one has no use for; `config show` says why. */

const ownStore = "logs are kept under server.dataDir, without another database";
const samePlace = "the panel is served by the server itself and asks where it came from";
const hashedUsers = "users stand in auth.users, with their passwords hashed";
const inMilliseconds = "it counts milliseconds";

export const acceptedSettings = {
  ...mongo("HOST"),
  ...mongo("PORT"),
  ...mongo("DATABASE"),
  ...mongo("USERNAME"),
  ...mongo("PASSWORD"),
  ...mongo("AUTHENTICATION_DATABASE"),
  ...user("AUTH_ADMIN_USERNAME"),
  ...user("AUTH_ADMIN_PASSWORD"),
  ...user("AUTH_API_USERNAME"),
  ...user("AUTH_API_PASSWORD"),
  JWT_EXPIRATION: setting(text("NUMBER"), {
    variables: ["JWT_EXPIRATION"],
    meaning: "how long a token is good",
    accepted: `${inMilliseconds}; set auth.accessTokenLifetime`,
  }),
  JWT_REFRESH_EXPIRATION: setting(text("NUMBER"), {
    variables: ["JWT_REFRESH_EXPIRATION"],
    meaning: "how long a refresh token is good",
    accepted: `${inMilliseconds}; set auth.refreshTokenLifetime`,
  }),
  BACKEND_URL: setting(url("http", "https"), {
    variables: ["BACKEND_URL"],
    meaning: "the server the panel asks",
    accepted: samePlace,
  }),
  API_URL: setting(url("http", "https"), {
    variables: ["API_URL"],
    meaning: "the server the panel asks",
    accepted: samePlace,
  }),
  API_VERSION: setting(text("WORD"), {
    variables: ["API_VERSION"],
    meaning: "the version the panel asks for",
    accepted: samePlace,
  }),
  AUTH_TOKEN: setting(text("TOKEN"), {
    variables: ["AUTH_TOKEN"],
    isSecret: true,
    meaning: "the token the panel shows to the server",
    accepted: "who looks at the panel logs in, or is let in by auth.anonymousViewers",
  }),
};

function mongo<N extends string>(end: N) {
  const name = `SPRING_DATA_MONGODB_${end}` as const;
  return only(name, { meaning: "MongoDB", accepted: ownStore, isSecret: end === "PASSWORD" });
}

function user<N extends string>(name: N) {
  return only(name, { meaning: "a user", accepted: hashedUsers, isSecret: name.endsWith("_PASSWORD") });
}

function only<N extends string>(name: N, facts: { meaning: string; accepted: string; isSecret: boolean }) {
  return { [name]: setting(text("TEXT"), { ...facts, variables: [name] }) } as Record<
    N,
    ReturnType<typeof setting<string>>
  >;
}
