const secretParameters = /([?&](?:token|access_token|api_?key|key|password)=)[^&#]*/gi;

/** A URL or path as it may stand in a log: what its query says of credentials is taken out. */
export function redactedUrl(url: string): string {
  return url.replace(secretParameters, "$1***");
}
