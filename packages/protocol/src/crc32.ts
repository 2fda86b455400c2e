/**
 * CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), eight bytes at a time.
 * Source: Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC
 * Generators" (slicing-by-8). Pass an earlier result as `seed` to continue over more bytes.
 */
export function crc32(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed;
  let i = 0;
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = t0[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Eight<T> = readonly [T, T, T, T, T, T, T, T];
const tables = makeTables();

function makeTables(): Eight<Int32Array> {
  const made = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
    made[0]![byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++)
    for (let slice = 1; slice < 8; slice++) {
      const before = made[slice - 1]![byte]!;
      made[slice]![byte] = (before >>> 8) ^ made[0]![before & 0xff]!;
    }
  return made as unknown as Eight<Int32Array>;
}
