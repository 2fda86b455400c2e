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

/** Letters in no order that a compressor could use, so that a log takes up the room it seems to. */
function payloadOf(seed: number, number: number): string {
  let state = Math.imul(number ^ Math.imul(seed + 1, 0x9e3779b1), 0x85ebca6b) >>> 0;
  let payload = "";
  for (let left = (state >>> 8) % maxPayloadLetters; left > 0; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    payload += letters[(state >>> 16) % letters.length];
  }
  return payload;
}
