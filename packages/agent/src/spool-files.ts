import { mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type ChunkHeader, encodeFrame, lastSequence, openFrame, renumberFrame } from "@keruta/protocol";
import { type MissingLines, missingLinesText } from "./missing-lines.ts";
import { noticeChunk } from "./notice-chunk.ts";
import { SpoolFileReader, SpoolFileWriter } from "./spool-file.ts";
import { readGap, renumberingOf, renumbers, type SpoolGap, writeGap } from "./spool-gap.ts";

/** One file of the spool, its sequences as they are now. */
interface StoredFile {
  /** Ascending. Chunk files have even numbers, so that a gap can be put between any two. */
  readonly number: number;
  readonly path: string;
  readonly gap?: SpoolGap;
  firstSequence: number;
  lastSequence: number;
  bytes: number;
  rawBytes: number;
  firstTimeUs: number;
  lastTimeUs: number;
  /** To be taken off the sequences its records were written with. */
  renumberBy: number;
}

/** Lines after `sequence` are now numbered lower by `by`. */
export type OnRenumber = (sequence: number, by: number) => void;

/**
 * The files of one attempt's spool: a contiguous run of chunks, appended at one end and deleted file
 * by file at the other. Opening files that a killed process left keeps every whole record.
 */
export class SpoolFiles {
  #files: StoredFile[] = [];
  #writer: SpoolFileWriter | undefined;
  #reader: { file: StoredFile; records: SpoolFileReader; next: number } | undefined;

  /** Throws where the directory cannot be made or read. */
  constructor(
    private readonly directory: string,
    private readonly fileBytes: number,
    private readonly onRenumber: OnRenumber,
  ) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#load();
  }

  get bytes(): number {
    let sum = 0;
    for (const file of this.#files) sum += file.bytes;
    return sum;
  }

  /** The last sequence in the files; 0 for none. */
  get lastSequence(): number {
    return this.#files.at(-1)?.lastSequence ?? 0;
  }

  get lastTimeUs(): number {
    return this.#files.at(-1)?.lastTimeUs ?? 0;
  }

  get firstSequence(): number | undefined {
    return this.#files[0]?.firstSequence;
  }

  #load(): void {
    const names = readdirSync(this.directory);
    const gaps = names
      .filter((name) => name.endsWith(".gap"))
      .map((name) => readGap(join(this.directory, name)));
    const isVoid = (number: number) => gaps.some((gap) => gap.firstFile <= number && number <= gap.lastFile);
    for (const name of names) {
      if (!name.endsWith(".chunks")) continue;
      const number = Number.parseInt(name, 10);
      if (isVoid(number)) unlinkSync(join(this.directory, name));
      else this.#loadFile(number, renumberingOf(number, gaps));
    }
    for (const gap of gaps) {
      const replaced = gaps.some(
        (other) => other !== gap && other.firstFile <= gap.lastFile && gap.lastFile < other.lastFile,
      );
      if (replaced) unlinkSync(this.#path(gap.lastFile, "gap"));
      else this.#files.push(this.#gapFile(gap));
    }
    this.#files.sort((a, b) => a.number - b.number);
  }

  #path(number: number, kind: "chunks" | "gap"): string {
    return join(this.directory, `${String(number).padStart(10, "0")}.${kind}`);
  }

  #loadFile(number: number, renumberBy: number): void {
    const path = this.#path(number, "chunks");
    const records = new SpoolFileReader(path);
    let file: StoredFile | undefined;
    for (let frame = records.next(); frame !== undefined; frame = records.next()) {
      const { header } = openFrame(frame);
      file ??= emptyFile(number, path, header, renumberBy);
      addRecord(file, header, records.position - file.bytes);
    }
    records.close();
    if (file === undefined) unlinkSync(path);
    else this.#files.push(file);
  }

  #gapFile(gap: SpoolGap): StoredFile {
    return {
      number: gap.lastFile,
      path: this.#path(gap.lastFile, "gap"),
      gap,
      firstSequence: gap.sequence,
      lastSequence: gap.sequence,
      bytes: gap.frame.length,
      rawBytes: 0,
      firstTimeUs: gap.fromUs,
      lastTimeUs: gap.toUs,
      renumberBy: 0,
    };
  }

  /** Throws where the disk does not take it; nothing is written then. */
  append(frame: Uint8Array, header: ChunkHeader): void {
    if (this.#writer !== undefined && this.#writer.bytes >= this.fileBytes) this.#rotate();
    if (this.#writer === undefined) {
      const number = 2 * Math.floor((this.#files.at(-1)?.number ?? 0) / 2) + 2;
      const path = this.#path(number, "chunks");
      this.#writer = new SpoolFileWriter(path);
      this.#files.push(emptyFile(number, path, header, 0));
    }
    const before = this.#writer.bytes;
    this.#writer.append(frame);
    addRecord(this.#files.at(-1)!, header, this.#writer.bytes - before);
  }

  #rotate(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }

  /** The frame that holds line `sequence`, numbered as it is now; undefined where no file has it. */
  read(sequence: number): Uint8Array | undefined {
    const file = this.#files.find((each) => each.firstSequence <= sequence && sequence <= each.lastSequence);
    if (file === undefined) return undefined;
    if (file.gap !== undefined) return file.gap.frame;
    const frame = this.#readFrom(file, sequence);
    if (frame !== undefined) return frame;
    this.#loseRest(file, sequence);
    return this.read(sequence);
  }

  #readFrom(file: StoredFile, sequence: number): Uint8Array | undefined {
    if (this.#reader?.file !== file || this.#reader.next > sequence) this.#openReader(file);
    const reader = this.#reader!;
    for (let frame = reader.records.next(); frame !== undefined; frame = reader.records.next()) {
      const { header } = openFrame(frame);
      reader.next = lastSequence(header) - file.renumberBy + 1;
      if (sequence < reader.next) return renumberFrame(frame, header.firstSequence - file.renumberBy);
    }
    return undefined;
  }

  #openReader(file: StoredFile): void {
    this.#reader?.records.close();
    this.#reader = undefined;
    this.#reader = { file, records: new SpoolFileReader(file.path), next: file.firstSequence };
  }

  /** Deletes files whose every line is acknowledged. */
  acknowledge(sequence: number): void {
    const newest = this.#files.at(-1);
    // The file being written is given up early, so that a spool that keeps up stays small.
    if (newest !== undefined && newest.lastSequence <= sequence && newest.bytes >= this.fileBytes / 8)
      this.#rotate();
    this.#files = this.#files.filter((file) => {
      if (file.lastSequence > sequence || (file === newest && this.#writer !== undefined)) return true;
      if (file.gap !== undefined && this.#files.some((later) => renumbers(file.gap!, later.number)))
        return true;
      this.#delete(file);
      return false;
    });
  }

  #delete(file: StoredFile): void {
    if (this.#reader?.file === file) {
      this.#reader.records.close();
      this.#reader = undefined;
    }
    unlinkSync(file.path);
  }

  /**
   * Gives up the oldest file whose every line comes after `sentSequence`, and puts a line in its place
   * that says so. Lines that may have been sent keep their numbers. False where there is no such file.
   */
  dropOldest(sentSequence: number, why: string): boolean {
    const index = this.#files.findIndex(
      (file) => file.gap === undefined && file.firstSequence > sentSequence,
    );
    const file = this.#files[index];
    if (file === undefined) return false;
    if (index === this.#files.length - 1) this.#rotate();
    const missing = {
      lines: file.lastSequence - file.firstSequence + 1,
      bytes: file.rawBytes,
      fromUs: file.firstTimeUs,
      toUs: file.lastTimeUs,
    };
    const before = this.#files[index - 1];
    const mergeable = before?.gap !== undefined && before.firstSequence > sentSequence ? before : undefined;
    this.#replaceByGap(
      mergeable === undefined ? [file] : [mergeable, file],
      file.firstSequence,
      missing,
      why,
    );
    return true;
  }

  /** A record of `file` cannot be read any more: its lines from `sequence` on are lost. */
  #loseRest(file: StoredFile, sequence: number): void {
    const lines = file.lastSequence - sequence + 1;
    if (file === this.#files.at(-1)) this.#rotate();
    file.lastSequence = sequence - 1;
    this.#insertGap(file, sequence, lines, `the spool file ${file.path} is damaged`);
  }

  /**
   * Lines `sequence` to `before the first file that has a later one` are in no file (a damaged record,
   * or a server that lost what it had acknowledged): a line that says so takes their place.
   */
  closeGap(sequence: number, why: string): boolean {
    const index = this.#files.findIndex((file) => file.lastSequence >= sequence);
    const after = this.#files[index];
    if (after === undefined || after.firstSequence <= sequence) return false;
    this.#insertGap(this.#files[index - 1], sequence, after.firstSequence - sequence, why);
    return true;
  }

  #insertGap(before: StoredFile | undefined, sequence: number, lines: number, why: string): void {
    const number = (before?.number ?? (this.#files[0]?.number ?? 2) - 2) + 1;
    const timeUs = before?.lastTimeUs ?? this.#files[0]?.firstTimeUs ?? 0;
    const missing = { lines, bytes: 0, fromUs: timeUs, toUs: 0 };
    this.#replaceByGap([], sequence, missing, why, number);
  }

  /** `files` are neighbours: the file to give up, and before it a gap that becomes part of the new one. */
  #replaceByGap(
    files: readonly StoredFile[],
    sequence: number,
    missing: MissingLines,
    why: string,
    number = files.at(-1)!.number,
  ): void {
    const earlier = files.find((file) => file.gap !== undefined)?.gap;
    const total = earlier === undefined ? missing : addMissing(earlier, missing);
    const first = earlier?.sequence ?? sequence;
    const by = earlier === undefined ? missing.lines - 1 : missing.lines;
    const { header, body } = noticeChunk(missingLinesText(total, why), total.toUs || total.fromUs);
    const stillThere = (earlier?.renumberings ?? []).filter(([lastFile]) => lastFile > number);
    const gap: SpoolGap = {
      ...total,
      firstFile: earlier?.firstFile ?? files[0]?.number ?? number,
      lastFile: number,
      sequence: first,
      frame: encodeFrame({ ...header, firstSequence: first }, body),
      renumberings: [...stillThere, [Math.max(number, this.#files.at(-1)?.number ?? 0), by]],
    };
    this.#rotate();
    writeGap(this.#path(number, "gap"), gap);
    this.#files = this.#files.filter((file) => !files.includes(file));
    for (const file of files) this.#delete(file);
    for (const file of this.#files) if (file.number > number) shift(file, by);
    this.#files.push(this.#gapFile(gap));
    this.#files.sort((a, b) => a.number - b.number);
    this.#reader?.records.close();
    this.#reader = undefined;
    this.onRenumber(sequence + missing.lines - 1, by);
  }

  close(): void {
    this.#rotate();
    this.#reader?.records.close();
    this.#reader = undefined;
  }
}

function emptyFile(number: number, path: string, header: ChunkHeader, renumberBy: number): StoredFile {
  const firstSequence = header.firstSequence - renumberBy;
  return {
    number,
    path,
    firstSequence,
    lastSequence: firstSequence - 1,
    bytes: 0,
    rawBytes: 0,
    firstTimeUs: header.firstTimeUs,
    lastTimeUs: header.lastTimeUs,
    renumberBy,
  };
}

function addRecord(file: StoredFile, header: ChunkHeader, bytes: number): void {
  file.lastSequence += header.lineCount;
  file.bytes += bytes;
  file.rawBytes += header.rawBytes;
  file.lastTimeUs = header.lastTimeUs;
}

function shift(file: StoredFile, by: number): void {
  file.firstSequence -= by;
  file.lastSequence -= by;
  file.renumberBy += by;
}

function addMissing(a: MissingLines, b: MissingLines): MissingLines {
  return {
    lines: a.lines + b.lines,
    bytes: a.bytes + b.bytes,
    fromUs: Math.min(a.fromUs, b.fromUs),
    toUs: Math.max(a.toUs, b.toUs),
  };
}
