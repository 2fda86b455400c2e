import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type ChunkHeader, encodeFrame, lastSequence, openFrame, renumberFrame } from "@keruta/protocol";
import { addMissing, type MissingLines, missingLinesText } from "./missing-lines.ts";
import { noticeChunk } from "./notice-chunk.ts";
import { type RecordReader, SpoolFile } from "./spool-file.ts";
import { readGap, renumberingOf, renumbers, replaces, type SpoolGap, writeGap } from "./spool-gap.ts";
import { addRecord, byNumber, emptyFile, isGap, type StoredFile, shift } from "./stored-file.ts";

const lostReason = "the spool is damaged, or the server lost what it had acknowledged";

/** Lines after `sequence` are now numbered lower by `by`. */
export type OnRenumber = (sequence: number, by: number) => void;

/**
 * The files of one attempt's spool: a contiguous run of chunks, appended at one end and deleted file
 * by file at the other. Opening files that a killed process left keeps every whole record.
 */
export class SpoolFiles {
  #files: StoredFile[] = [];
  #writer: SpoolFile | undefined;
  #reader: { file: StoredFile; records: RecordReader; next: number } | undefined;

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
    const gaps = this.#loadGaps(names.filter((name) => name.endsWith(".gap")));
    for (const gap of gaps) this.#files.push(this.#gapFile(gap));
    for (const name of names) {
      if (!name.endsWith(".chunks")) continue;
      const number = Number.parseInt(name, 10);
      if (gaps.some((gap) => replaces(gap, number))) unlinkSync(join(this.directory, name));
      else this.#loadFile(number, renumberingOf(number, gaps));
    }
    this.#files.sort(byNumber);
  }

  /** A process may have been killed before it deleted the gap that a larger one replaced. */
  #loadGaps(names: readonly string[]): SpoolGap[] {
    const gaps = names.map((name) => readGap(join(this.directory, name)));
    return gaps.filter((gap) => {
      const isReplaced = gaps.some((other) => other !== gap && replaces(other, gap.lastFile));
      if (isReplaced) unlinkSync(this.#path(gap.lastFile, "gap"));
      return !isReplaced;
    });
  }

  #path(number: number, kind: "chunks" | "gap"): string {
    return join(this.directory, `${String(number).padStart(10, "0")}.${kind}`);
  }

  #loadFile(number: number, renumberBy: number): void {
    const path = this.#path(number, "chunks");
    const content = new SpoolFile(path, "open");
    const records = content.records();
    let file: StoredFile | undefined;
    for (let frame = records.next(); frame !== undefined; frame = records.next()) {
      const { header } = openFrame(frame);
      file ??= emptyFile(number, content, header, renumberBy);
      addRecord(file, header, records.position - file.bytes);
    }
    if (file !== undefined) this.#files.push(file);
    else {
      content.close();
      unlinkSync(path);
    }
  }

  /** What stands after the last whole record of all, if anything: torn by a crash, or damaged since. */
  damagedEnd(): { bytes: number; cutOff: () => void } | undefined {
    const newest = this.#files.at(-1);
    if (newest === undefined || !(newest.content instanceof SpoolFile)) return undefined;
    const bytes = statSync(newest.path).size - newest.bytes;
    return bytes > 0 ? { bytes, cutOff: () => truncateSync(newest.path, newest.bytes) } : undefined;
  }

  #gapFile(gap: SpoolGap): StoredFile {
    return {
      number: gap.lastFile,
      path: this.#path(gap.lastFile, "gap"),
      content: gap,
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
      mkdirSync(this.directory, { recursive: true, mode: 0o700 });
      this.#writer = new SpoolFile(this.#path(number, "chunks"), "create");
      this.#files.push(emptyFile(number, this.#writer, header, 0));
    }
    const before = this.#writer.bytes;
    this.#writer.append(frame);
    addRecord(this.#files.at(-1)!, header, this.#writer.bytes - before);
  }

  #rotate(): void {
    this.#writer = undefined;
  }

  /**
   * The frame that holds line `sequence`, numbered as it is now and the caller's own; undefined where no file has it or a
   * later one. Where only a later one is left, or a record is damaged, a line that says so comes first.
   */
  read(sequence: number): Uint8Array | undefined {
    const file = this.#files.find((each) => each.firstSequence <= sequence && sequence <= each.lastSequence);
    if (file === undefined) return this.closeGap(sequence) ? this.read(sequence) : undefined;
    if (!(file.content instanceof SpoolFile)) return file.content.frame.slice();
    const frame = this.#readFrom(file, file.content, sequence);
    if (frame !== undefined) return frame;
    this.#loseRest(file, sequence);
    return this.read(sequence);
  }

  #readFrom(file: StoredFile, content: SpoolFile, sequence: number): Uint8Array | undefined {
    if (this.#reader?.file !== file || this.#reader.next > sequence)
      this.#reader = { file, records: content.records(), next: file.firstSequence };
    const reader = this.#reader;
    for (let frame = reader.records.next(); frame !== undefined; frame = reader.records.next()) {
      const { header } = openFrame(frame);
      reader.next = lastSequence(header) - file.renumberBy + 1;
      if (sequence < reader.next) return renumberFrame(frame, header.firstSequence - file.renumberBy);
    }
    return undefined;
  }

  /** Deletes files whose every line is acknowledged. */
  acknowledge(sequence: number): void {
    const newest = this.#files.at(-1);
    // The file being written is given up early, so that a spool that keeps up stays small.
    if (newest !== undefined && newest.lastSequence <= sequence && newest.bytes >= this.fileBytes / 8)
      this.#rotate();
    this.#files = this.#files.filter((file) => {
      if (file.lastSequence > sequence || (file === newest && this.#writer !== undefined)) return true;
      if (this.#isNeeded(file)) return true;
      this.#delete(file);
      return false;
    });
  }

  /** A gap says how later files are numbered, for as long as there are such. */
  #isNeeded({ content }: StoredFile): boolean {
    return !(content instanceof SpoolFile) && this.#files.some((later) => renumbers(content, later.number));
  }

  #delete(file: StoredFile): void {
    if (this.#reader?.file === file) this.#reader = undefined;
    if (file.content instanceof SpoolFile) file.content.close();
    // The script may have cleared the directory before us.
    rmSync(file.path, { force: true });
  }

  /**
   * Gives up the oldest file whose every line comes after `sentSequence`, and puts a line in its place
   * that says so. Lines that may have been sent keep their numbers. False where there is no such file.
   */
  dropOldest(sentSequence: number, why: string): boolean {
    const index = this.#files.findIndex((each) => !isGap(each) && each.firstSequence > sentSequence);
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
    const isMergeable = before !== undefined && isGap(before) && before.firstSequence > sentSequence;
    this.#replaceByGap(isMergeable ? [before, file] : [file], file.firstSequence, missing, why);
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
   * Where the lines from `sequence` on are in no file but later ones are (a damaged file, a server that
   * lost what it had acknowledged), a line that says so takes their place. False where nothing is missing.
   */
  closeGap(sequence: number): boolean {
    const index = this.#files.findIndex((file) => file.lastSequence >= sequence);
    const after = this.#files[index];
    if (after === undefined || after.firstSequence <= sequence) return false;
    this.#insertGap(this.#files[index - 1], sequence, after.firstSequence - sequence, lostReason);
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
    const earlier = gapAmong(files);
    const by = earlier === undefined ? missing.lines - 1 : missing.lines;
    const newest = Math.max(number, this.#files.at(-1)?.number ?? 0);
    const total = earlier === undefined ? missing : addMissing(earlier, missing);
    const gap: SpoolGap = {
      ...gapChunk(total, earlier?.sequence ?? sequence, why),
      firstFile: earlier?.firstFile ?? files[0]?.number ?? number,
      lastFile: number,
      renumberings: [...renumberingsAfter(number, earlier), [newest, by]],
    };
    this.#rotate();
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    writeGap(this.#path(number, "gap"), gap);
    this.#putGap(gap, files, by);
    this.onRenumber(sequence + missing.lines - 1, by);
  }

  /** Does in memory what the gap's file has just done on disk. */
  #putGap(gap: SpoolGap, replaced: readonly StoredFile[], by: number): void {
    for (const file of replaced) this.#delete(file);
    this.#files = this.#files.filter((file) => !replaced.includes(file));
    for (const file of this.#files) if (file.number > gap.lastFile) shift(file, by);
    this.#files.push(this.#gapFile(gap));
    this.#files.sort(byNumber);
    this.#reader = undefined;
  }

  close(): void {
    for (const { content } of this.#files) if (content instanceof SpoolFile) content.close();
    this.#files = [];
    this.#writer = undefined;
    this.#reader = undefined;
  }
}

function gapAmong(files: readonly StoredFile[]): SpoolGap | undefined {
  for (const { content } of files) if (!(content instanceof SpoolFile)) return content;
  return undefined;
}

/** What a gap says, and its one line. */
function gapChunk(
  missing: MissingLines,
  sequence: number,
  why: string,
): MissingLines & Pick<SpoolGap, "sequence" | "frame"> {
  const { header, body } = noticeChunk(missingLinesText(missing, why), missing.toUs || missing.fromUs);
  return { ...missing, sequence, frame: encodeFrame({ ...header, firstSequence: sequence }, body) };
}

/** What an earlier gap still says of files after `number`. */
function renumberingsAfter(number: number, gap: SpoolGap | undefined): SpoolGap["renumberings"] {
  return (gap?.renumberings ?? []).filter(([lastFile]) => lastFile > number);
}
