import { crc32 } from "@keruta/protocol";

const alphabet =
  'INFO the quick brown fox 0123456789 {"k":[1,2]} ジョブの出力を一行も失わない é€😀 \t\u001b[31mred\u001b[0m =/+';
const letters = [...alphabet];
const maxPayloadLetters = 160;

/**
 * Line `number` of a numbered log: the number, the CRC-32 of the rest, and a payload that only seed and
 * number decide. So a line can be told from any other, and found to be whole, wherever it turns up.
 */
export function numberedLine(seed: number, number: number): string {
  const payload = payloadOf(seed, number);
  return `${number} ${crc32(Buffer.from(payload)).toString(16)} ${payload}`;
}

/** The number a line carries. */
export function numberOf(text: string): number {
  return Number.parseInt(text, 10);
}

function payloadOf(seed: number, number: number): string {
  const mixed = Math.imul(number ^ Math.imul(seed + 1, 0x9e3779b1), 0x85ebca6b) >>> 0;
  const start = mixed % letters.length;
  const length = (mixed >>> 8) % maxPayloadLetters;
  let payload = "";
  for (let i = 0; i < length; i++) payload += letters[(start + i * 7) % letters.length];
  return payload;
}
