/**
 * A request that says its body is longer is refused (PAYLOAD_TOO_LARGE) before the body is read. Enough for a submission
 * at its own bound with every character escaped. Headers are bounded by Bun: 16 KiB together (431).
 */
export const maxBodyBytes = 8 * 1024 * 1024;

/** Where Bun cuts off what is longer, or does not say how long it is, with a bare 413 that nobody can put into words. */
export const cutOffBodyBytes = 64 * 1024 * 1024;

/** What somebody who has not said who they are may send in one WebSocket message. */
export const maxUnidentifiedMessageBytes = 16 * 1024;
