/**
 * What to put before a command so that it sees a file system of `bytes` at `dir`. The mount is in a
 * namespace of that process alone: it goes away with it, and needs no root where user namespaces are allowed.
 */
export function withSmallDisk(dir: string, bytes: number): string[] {
  const own = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const mount = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"';
  return ["unshare", "--mount", ...own, "sh", "-c", mount, "sh", String(bytes), dir];
}
