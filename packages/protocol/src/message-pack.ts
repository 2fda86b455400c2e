import { addExtension, Packr } from "msgpackr/pack";

/** MessagePack as the protocol uses it: its own types only, maps as objects, integers as numbers. */
const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  int64AsNumber: true,
});

// Left in place, msgpackr's extensions would let a peer hand us a RegExp, a Set, an Error, a BigInt or an
// object that holds itself, none of which the rest of the code (JSON.stringify, say) is ready for. Only
// extension 0 stays: it is how an undefined value is written.
const extensionsOfMsgpackr = [0x42, 0x62, 0x65, 0x69, 0x70, 0x73, 0x74, 0x78, 0xff];
for (const type of extensionsOfMsgpackr) addExtension({ type, unpack: refuseExtension });

function refuseExtension(): never {
  throw new Error("extension types are not part of the protocol");
}

/** The bytes are the caller's alone: they can be kept, or transferred to a worker. */
export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packShared(value));
}

/**
 * As `pack` without the copy: a view into a buffer that later values are written to as well. To be
 * used up at once, since keeping it keeps the whole buffer and transferring it takes that from under us.
 */
export function packShared(value: unknown): Uint8Array {
  return plain(packr.pack(value));
}

/**
 * As `packShared`, into `scratch`, which is overwritten from its beginning; where it is too small, new memory is
 * taken. Until `scratch` is handed in again, what later calls write stands behind this value. Where there is a
 * `Buffer`, it has to be one: msgpackr writes strings with its methods.
 */
export function packInto(scratch: Uint8Array, value: unknown): Uint8Array {
  packr.useBuffer(scratch as Parameters<Packr["useBuffer"]>[0]);
  return packShared(value);
}

/** Throws on anything that is not exactly one MessagePack value. Byte strings in it are views into `bytes`. */
export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(plain(bytes));
}

/** Never a Node Buffer, whose `slice` does not copy: what works in a browser must work here. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
