/**
 * A request with a longer body is refused (PAYLOAD_TOO_LARGE) before it is read; one that does not say how long it is
 * is cut off there by Bun. Enough for a submission at its own bound with every character escaped. Headers are bounded by
 * Bun: 16 KiB together (431).
 */
export const maxBodyBytes = 8 * 1024 * 1024;

/** What somebody who has not said who they are may send in one WebSocket message. */
export const maxUnidentifiedMessageBytes = 16 * 1024;
