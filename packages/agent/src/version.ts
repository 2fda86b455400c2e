import manifest from "../package.json" with { type: "json" };

export const version: string = manifest.version;

/** What the agent calls itself in its requests. */
export const userAgent = `keruta-agent/${version}`;
