import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  compress,
  decompress,
  frameOf,
  small,
  type WrittenLine,
  writtenLines,
} from "./chunk-of-lines.cases.ts";
import {
  type ChunkHeader,
  checkChunkSize,
  crc32,
  decodeColumns,
  decodeLines,
  type ErrorCode,
  encodeFrame,
  KerutaError,
  levels,
  limits,
  openFrame,
  pack,
  unpack,
} from "./index.ts";

function codeOf(action: () => unknown): ErrorCode | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof KerutaError) return error.code;
    throw error;
  }
}

const take = (frame: Uint8Array) => decodeLines(openFrame(frame), decompress);

describe("damage is refused", () => {
  test("every single bit that flips", () => {
    const frame = frameOf(small);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = frame.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const code = codeOf(() => take(damaged));
      expect({ bit, code }).toEqual({ bit, code: "CHUNK_INVALID" });
    }
  });

  test("every single bit of the columns that flips, unless it leaves a whole chunk of other text", () => {
    const { header, columns } = small;
    const shape = ({ timeUs, source, level, end }: WrittenLine) => ({ timeUs, source, level, end });
    const before = writtenLines(decodeColumns(header, columns)).map(shape);
    for (let bit = 0; bit < columns.length * 8; bit++) {
      const damaged = columns.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      // The checksum is made anew, as one who means harm would.
      const frame = encodeFrame(header, compress(damaged));
      const code = codeOf(() => take(frame));
      if (code === undefined) expect(writtenLines(take(frame)).map(shape)).toEqual(before);
      else expect(code).toBe("CHUNK_INVALID");
    }
  });

  test("a cut at every byte, and a byte too many", () => {
    const frame = frameOf(small);
    for (let length = 0; length < frame.length; length++)
      expect(codeOf(() => openFrame(frame.subarray(0, length)))).toBe("CHUNK_INVALID");
    expect(codeOf(() => openFrame(Uint8Array.of(...frame, 0)))).toBe("CHUNK_INVALID");
  });

  test("columns cut at every byte, and a byte too many", () => {
    const { header, columns } = small;
    for (let length = 0; length < columns.length; length++) {
      const cut = columns.subarray(0, length);
      expect(codeOf(() => decodeColumns(header, cut))).toBe("CHUNK_INVALID");
      expect(codeOf(() => decodeColumns({ ...header, columnsBytes: length }, cut))).toBe("CHUNK_INVALID");
    }
    const longer = Uint8Array.of(...columns, 0);
    expect(codeOf(() => decodeColumns({ ...header, columnsBytes: longer.length }, longer))).toBe(
      "CHUNK_INVALID",
    );
  });
});

describe("a header that contradicts its lines or itself is refused", () => {
  const { header } = small;
  const lies: readonly [string, Partial<ChunkHeader>, ErrorCode?][] = [
    ["no line", { lineCount: 0, counts: header.counts.map(() => 0) }],
    ["a line too few", { lineCount: 3, counts: withCount(0, 1, -1) }],
    ["a line too many", { lineCount: 5, counts: withCount(0, 1, 1) }],
    ["counts that do not add up", { counts: withCount(0, 1, 1) }],
    ["counts of other levels", { counts: [...header.counts].reverse() }],
    ["a count table too short", { counts: header.counts.slice(1) }],
    ["a count that is no number", { counts: [...header.counts.slice(1), "1" as unknown as number] }],
    ["first sequence 0", { firstSequence: 0 }],
    ["a negative sequence", { firstSequence: -1 }],
    ["half a sequence", { firstSequence: 1.5 }],
    ["a last sequence past what a number holds", { firstSequence: Number.MAX_SAFE_INTEGER - 1 }],
    ["an end before its beginning", { lastTimeUs: header.firstTimeUs - 1 }],
    ["an end too early", { lastTimeUs: header.lastTimeUs - 1 }],
    ["an end too late", { lastTimeUs: header.lastTimeUs + 1 }],
    ["a beginning too early", { firstTimeUs: header.firstTimeUs - 1 }],
    ["a time that is not a number", { lastTimeUs: Number.NaN }],
    ["a raw byte too few", { rawBytes: header.rawBytes - 1 }],
    ["a raw byte too many", { rawBytes: header.rawBytes + 1 }],
    ["a column byte too few", { columnsBytes: header.columnsBytes - 1 }],
    ["a column byte too many", { columnsBytes: header.columnsBytes + 1 }],
    ["negative invalid bytes", { invalidBytes: -1 }],
    ["more text than any segment holds", { rawBytes: limits.maxSegmentRawBytes + 1 }, "CHUNK_TOO_LARGE"],
    [
      "more lines than any segment holds",
      { lineCount: limits.maxSegmentLines + 4, counts: withCount(0, 0, limits.maxSegmentLines) },
      "CHUNK_TOO_LARGE",
    ],
    ["columns larger than its lines can be", { columnsBytes: 2 ** 40 }],
  ];
  for (const [what, lie, code = "CHUNK_INVALID"] of lies)
    test(what, () => {
      const frame = encodeFrame({ ...header, ...lie }, compress(small.columns));
      expect(codeOf(() => take(frame))).toBe(code);
    });

  function withCount(source: number, level: number, more: number): number[] {
    return header.counts.map((count, cell) =>
      cell === source * levels.length + level ? count + more : count,
    );
  }
});

describe("columns that contradict each other are refused", () => {
  const [deltas, lengths, flags, text, fields] = unpack(small.columns) as Uint8Array[];
  const change = (column: Uint8Array, index: number, value: number) => {
    const copy = new Uint8Array(column);
    copy[index] = value;
    return copy;
  };
  const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer);
  const empty = new Uint8Array(0);

  test("those these are made like are good ones", () => {
    const columns = pack([deltas, lengths, flags, text, fields]);
    expect(columns).toEqual(new Uint8Array(small.columns));
  });

  const cases: readonly [string, readonly unknown[]][] = [
    ["times that go backwards", [change(deltas!, 2, 0xff), lengths, flags, text, fields]],
    ["a first time that is not the header's", [change(deltas!, 0, 1), lengths, flags, text, fields]],
    ["times of no width", [deltas!.subarray(1), lengths, flags, text, fields]],
    ["times of a width that does not exist", [new Uint8Array(12), lengths, flags, text, fields]],
    ["no times where they differ", [empty, lengths, flags, text, fields]],
    [
      "times that are not numbers",
      [bytesOf(Float64Array.of(0, Number.NaN, 40, 50)), lengths, flags, text, fields],
    ],
    ["an infinite time", [bytesOf(Float64Array.of(0, Infinity, 40, 50)), lengths, flags, text, fields]],
    ["half microseconds", [bytesOf(Float64Array.of(0, 40.5, 49.5, 0)), lengths, flags, text, fields]],
    ["lengths of no width", [deltas, lengths!.subarray(1), flags, text, fields]],
    ["a length too long", [deltas, change(lengths!, 0, 6), flags, text, fields]],
    ["a length too short", [deltas, change(lengths!, 0, 4), flags, text, fields]],
    ["two wrong lengths that add up", [deltas, change(change(lengths!, 0, 6), 1, 11), flags, text, fields]],
    ["lengths that overflow", [deltas, bytesOf(Uint32Array.of(5, 0xffff_ffff, 20, 4)), flags, text, fields]],
    ["no lengths where there is text", [deltas, empty, flags, text, fields]],
    ["flags too few", [deltas, lengths, flags!.subarray(1), text, fields]],
    ["a source that does not exist", [deltas, lengths, change(flags!, 0, flags![0]! | 3), text, fields]],
    ["a line end other than flagged", [deltas, lengths, change(flags!, 0, flags![0]! | 0x80), text, fields]],
    ["text without the end of a line", [deltas, lengths, flags, change(text!, 5, 0x20), fields]],
    ["text too long", [deltas, lengths, flags, Uint8Array.of(...text!, 0), fields]],
    ["no fields where flagged", [deltas, lengths, flags, text, empty]],
    ["fields of a line that is not flagged", [deltas, lengths, flags, text, pack([[1, {}]])]],
    [
      "fields of a line that does not exist",
      [
        deltas,
        lengths,
        flags,
        text,
        pack([
          [2, {}],
          [9, {}],
        ]),
      ],
    ],
    [
      "fields twice",
      [
        deltas,
        lengths,
        flags,
        text,
        pack([
          [2, {}],
          [2, {}],
        ]),
      ],
    ],
    ["fields that are a list", [deltas, lengths, flags, text, pack([[2, []]])]],
    ["fields that are nothing", [deltas, lengths, flags, text, pack([[2, null]])]],
    ["fields that hold bytes", [deltas, lengths, flags, text, pack([[2, { a: empty }]])]],
    ["fields that hold no number", [deltas, lengths, flags, text, pack([[2, { a: Number.NaN }]])]],
    [
      "fields that hold a value that is undefined",
      [deltas, lengths, flags, text, pack([[2, { a: undefined }]])],
    ],
    ["fields that hold a date", [deltas, lengths, flags, text, pack([[2, { a: new Date(0) }]])]],
    [
      "fields nested too deep",
      [deltas, lengths, flags, text, pack([[2, nested(limits.maxFieldsDepth + 1)]])],
    ],
    [
      "fields over the limit",
      [deltas, lengths, flags, text, pack([[2, { a: "x".repeat(limits.maxFieldsBytes) }]])],
    ],
    ["fields with a byte too many", [deltas, lengths, flags, text, Uint8Array.of(...fields!, 0)]],
    ["a table that is a map", [deltas, lengths, flags, text, pack({ 2: {} })]],
    ["a column too few", [deltas, lengths, flags, text]],
    ["a column too many", [deltas, lengths, flags, text, fields, empty]],
    ["a column that is text", [deltas, lengths, flags, "text", fields]],
  ];
  for (const [what, parts] of cases)
    test(what, () => {
      const columns = pack(parts);
      expect(codeOf(() => decodeColumns({ ...small.header, columnsBytes: columns.length }, columns))).toBe(
        "CHUNK_INVALID",
      );
    });

  test("fields at the deepest are not", () => {
    const columns = pack([deltas, lengths, flags, text, pack([[2, nested(limits.maxFieldsDepth)]])]);
    const block = decodeColumns({ ...small.header, columnsBytes: columns.length }, columns);
    expect(block.fields()[0]?.[1]).toEqual(nested(limits.maxFieldsDepth));
  });

  function nested(depth: number): Record<string, unknown> {
    return depth === 1 ? { a: 1 } : { a: nested(depth - 1) };
  }
});

describe("frames that are none are refused", () => {
  const { header } = small;
  const body = compress(small.columns);
  const packed = pack([1, ...Object.values(header)]);
  const checked = (...parts: [Uint8Array, Uint8Array]) => pack([crc32(parts[1], crc32(parts[0])), ...parts]);

  test("the frame these are made like is a good one", () => {
    expect(codeOf(() => take(checked(packed, body)))).toBeUndefined();
  });

  const cases: readonly [string, Uint8Array][] = [
    ["no bytes", new Uint8Array(0)],
    ["not an array", pack({ checksum: 1 })],
    ["two parts", pack([1, packed])],
    ["a checksum that is text", pack(["1", packed, body])],
    ["a header that is no bytes", pack([0, [1], body])],
    ["a body that is no bytes", pack([0, packed, null])],
    ["a header of another version", checked(pack([2, ...Object.values(header)]), body)],
    ["a header with a value too few", checked(pack([1, ...Object.values(header).slice(1)]), body)],
    ["a header that is a map", checked(pack(header), body)],
    ["a header that is not MessagePack", checked(Uint8Array.of(0xc1, 0xff), body)],
    ["a body that is not zstd", checked(packed, Uint8Array.of(1, 2, 3))],
    ["an empty body", checked(packed, new Uint8Array(0))],
  ];
  for (const [what, frame] of cases)
    test(what, () => expect(codeOf(() => take(frame))).toBe("CHUNK_INVALID"));
});

test("random columns are refused or whole", () => {
  const { header } = small;
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(...(unpack(small.columns) as Uint8Array[])),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 5, maxLength: 5 }), (parts) => {
      const columns = pack(parts);
      const code = codeOf(() => decodeColumns({ ...header, columnsBytes: columns.length }, columns));
      expect([undefined, "CHUNK_INVALID"]).toContain(code);
    }),
    { numRuns: 2_000 },
  );
});

describe("size", () => {
  test("a body that unpacks to more than its header says is not unpacked", () => {
    const bomb = compress(new Uint8Array(256 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(64 * 1024);
    expect(codeOf(() => take(encodeFrame(small.header, bomb)))).toBe("CHUNK_INVALID");
  });

  test("an agent's chunk has a tighter limit than a segment", () => {
    const { header } = small;
    expect(codeOf(() => checkChunkSize({ ...header, rawBytes: limits.maxChunkRawBytes }))).toBeUndefined();
    expect(codeOf(() => checkChunkSize({ ...header, rawBytes: limits.maxChunkRawBytes + 1 }))).toBe(
      "CHUNK_TOO_LARGE",
    );
    expect(codeOf(() => checkChunkSize({ ...header, lineCount: limits.maxChunkLines + 1 }))).toBe(
      "CHUNK_TOO_LARGE",
    );
  });
});
