/** Whether only programs of this machine can reach a server that listens on `host`, or are what asks from it. */
export function isLoopback(host: string): boolean {
  // As IPv4 looks to a socket that listens on IPv6.
  const address = host.replace(/^::ffff:/, "");
  return ["localhost", "::1", "[::1]"].includes(address) || /^127(\.\d{1,3}){3}$/.test(address);
}
