import { closeSync, openSync, writeSync } from "node:fs";

/**
 * Deterministic, realistic log text: lines of exactly `lineBytes` bytes (newline included) with
 * time stamps, levels, words, ids and numbers, so that zstd finds about what it finds in real logs.
 */
export const lineBytes = 105;

const templates = [
  (r: Random) =>
    `GET /api/v1/tasks/${r.int(1e7)}/logs 200 ${r.int(900)}ms bytes=${r.int(1e6)} trace=${r.hex()}`,
  (r: Random) =>
    `cache ${r.int(10) < 8 ? "hit" : "miss"} key=user:${r.int(1e6)} shard=${r.int(64)} trace=${r.hex()}`,
  (r: Random) => `worker-${r.int(32)} finished job ${r.int(1e8)} in ${r.int(60_000)} ms, queue=${r.int(500)}`,
  (r: Random) => `slow query ${r.int(5000)}ms SELECT * FROM tasks WHERE id=${r.int(1e7)} rows=${r.int(1000)}`,
  (r: Random) => `compiling src/module_${r.int(400)}/file_${r.int(3000)}.ts (${r.int(100)}%)`,
] as const;
const levelNames = ["INFO ", "INFO ", "INFO ", "INFO ", "DEBUG", "DEBUG", "WARN ", "ERROR"] as const;

interface Random {
  int(below: number): number;
  hex(): string;
}

/** Mulberry32 by Tommy Ettinger (public domain): small, fast, the same everywhere. */
function randomFrom(seed: number): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    int: (below) => Math.floor(next() * below),
    hex: () =>
      Math.floor(next() * 2 ** 32)
        .toString(16)
        .padStart(8, "0"),
  };
}

/** Writes `lines` lines to `path`. */
export function writeLogText(path: string, lines: number): void {
  const file = openSync(path, "w");
  const random = randomFrom(1);
  const linesAtOnce = 10_000;
  let timeMs = Date.UTC(2026, 10, 24);
  for (let done = 0; done < lines; done += linesAtOnce) {
    let text = "";
    for (let i = 0; i < Math.min(linesAtOnce, lines - done); i++) {
      timeMs += random.int(5);
      const level = levelNames[random.int(levelNames.length)];
      const message = templates[random.int(templates.length)]?.(random) ?? "";
      const line = `${new Date(timeMs).toISOString()} ${level} ${message} `;
      text += `${line.padEnd(lineBytes - 1, "lorem ipsum dolor sit amet ").slice(0, lineBytes - 1)}\n`;
    }
    writeSync(file, text);
  }
  closeSync(file);
}
