import { dlopen, type FFIFunction } from "bun:ffi";

const names =
  process.platform === "darwin"
    ? ["libSystem.B.dylib"]
    : ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** Functions of the C library, for the few things of the kernel's that the runtime does not offer. Throws where there is none. */
export function libc<Functions extends Record<string, FFIFunction>>(functions: Functions) {
  let trouble: unknown;
  for (const name of names)
    try {
      return dlopen(name, functions).symbols;
    } catch (cause) {
      trouble = cause;
    }
  throw new Error(`cannot find the C library: ${(trouble as Error).message}`);
}
