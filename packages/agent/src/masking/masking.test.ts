import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bounds } from "../bounds.ts";
import { type MaskingConfig, UsageError } from "../config.ts";
import { bytesOf } from "../fixtures/masked.ts";
import { Masking } from "./masking.ts";
import { defaultSecretNames, secretNames } from "./secret-names.ts";

const nothing: MaskingConfig = {
  environment: [],
  files: [],
  patterns: [],
  excludePatterns: [],
  includePatterns: [],
  mode: "mask",
};

interface Taken {
  readonly stdout: string[];
  readonly stderr: string[];
  readonly said: string[];
}

function taken(): Taken {
  return { stdout: [], stderr: [], said: [] };
}

/** An output whose bytes and lines are kept. */
function outputOf(masking: Masking, kept: Taken) {
  return masking.output({
    emit: (stream, bytes) => {
      kept[stream].push(Buffer.from(bytes).toString());
      return undefined;
    },
    say: (level, text) => kept.said.push(`${level} ${text}`),
    nowUs: () => 0,
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(1);
}

describe("what is secret", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "keruta-masking-"));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  test("variables by their names, and the agent's own credentials always", () => {
    const env = {
      DB_PASSWORD: "hunter22",
      db_token: "hunter33",
      HOME: "/home/bob",
      KERUTA_API_KEY: "key-of-ours",
    };
    const masking = new Masking({ ...nothing, environment: ["*password", "*_TOKEN"] }, env);
    expect(masking.text("hunter22 hunter33 /home/bob key-of-ours")).toBe("*** *** /home/bob ***");
    expect(new Masking(nothing, env).text("hunter22 key-of-ours")).toBe("hunter22 ***");
    expect(new Masking(nothing, {}, ["Bearer a-credential"]).text("is a-credential")).toBe("is ***");
  });

  test("names mean no more than they say", () => {
    const names = ["A_TOKEN", "TOKENIZERS_PARALLELISM", "SSH_KEY", "KEYBOARD", "AXTOKEN", "A.B"];
    expect(secretNames(names, defaultSecretNames)).toEqual(["A_TOKEN", "SSH_KEY", "AXTOKEN"]);
    expect(secretNames(names, ["A.*"])).toEqual(["A.B"]);
    expect(secretNames(names, ["*"])).toEqual(names);
  });

  test("files, and the files of a directory as Kubernetes mounts it", () => {
    writeFileSync(join(directory, "token"), "hunter22\n");
    mkdirSync(join(directory, "mounted", "..2026"), { recursive: true });
    writeFileSync(join(directory, "mounted", "..2026", "password"), "hunter33");
    symlinkSync("..2026", join(directory, "mounted", "..data"));
    symlinkSync("..data/password", join(directory, "mounted", "password"));
    const files = [join(directory, "token"), join(directory, "mounted")];
    expect(new Masking({ ...nothing, files }, {}).text("hunter22 hunter33")).toBe("*** ***");
  });

  test("a file that cannot be read, or is too large, is a mistake", () => {
    const path = join(directory, "missing");
    expect(() => new Masking({ ...nothing, files: [path] }, {})).toThrow(UsageError);
    expect(() => new Masking({ ...nothing, files: [path] }, {})).toThrow(`cannot read the secret in ${path}`);
    writeFileSync(path, "x".repeat(bounds.maxSecretBytes + 1));
    expect(() => new Masking({ ...nothing, files: [path] }, {})).toThrow("a secret may have 65536");
  });

  test("what is too short is named in the log, without its value", () => {
    const kept = taken();
    const env = { A_TOKEN: "true", B_TOKEN: "", C_TOKEN: "123456" };
    outputOf(new Masking({ ...nothing, environment: ["*_TOKEN"] }, env), kept);
    expect(kept.said).toEqual([
      "WARN A_TOKEN is not masked: it is shorter than 6 bytes, and would be found in text that is not secret",
    ]);
  });
});

describe("an output", () => {
  test("is masked in both streams, and all of it is there at the end", () => {
    const kept = taken();
    const masking = new Masking({ ...nothing, patterns: [/tok_\w+/] }, { KERUTA_API_TOKEN: "hunter22" });
    const output = outputOf(masking, kept);
    output.push("stdout", bytesOf("::add-mask::other-secret\nhunt"));
    output.push("stderr", bytesOf("other-secret tok_1\nerr"));
    output.push("stdout", bytesOf("er22\nhu"));
    output.end();
    expect(kept.stdout.join("")).toBe("::add-mask::***\n***\nhu");
    expect(kept.stderr.join("")).toBe("*** ***\nerr");
    expect([masking.masked, masking.leftOutLines]).toEqual([4, 0]);
  });

  test("shows a prompt after a pause, also where patterns wait for the line", async () => {
    for (const patterns of [[], [/token/]]) {
      const kept = taken();
      const output = outputOf(new Masking({ ...nothing, patterns }, { KERUTA_API_TOKEN: " hunter22" }), kept);
      output.push("stdout", bytesOf("name? h"));
      output.push("stdout", bytesOf("u"));
      await until(() => kept.stdout.join("") === "name? hu");
      output.push("stdout", bytesOf("nter22\n"));
      output.end();
      expect(kept.stdout.join("")).toBe("name? hu***\n");
    }
  });

  test("keeps what has not been taken yet as it is, and does not wait for it at the end", async () => {
    for (const patterns of [[], [/token/]]) {
      const kept: Uint8Array[] = [];
      const output = new Masking({ ...nothing, patterns }, { KERUTA_API_TOKEN: "hunter22" }).output({
        emit: (_, bytes) => {
          kept.push(bytes);
          return new Promise(() => {});
        },
        say: () => {},
        nowUs: () => 0,
      });
      output.push("stdout", bytesOf("hunter22 one\nhunter2"));
      // Longer than what is held back waits for.
      await Bun.sleep(3 * bounds.maskPauseMs);
      output.end();
      expect(Buffer.concat(kept).toString()).toBe("*** one\n***");
    }
  });

  test("says how many lines were left out, now and then and at the end", () => {
    const kept = taken();
    const masking = new Masking({ ...nothing, excludePatterns: [/token/], mode: "drop" }, {});
    const output = outputOf(masking, kept);
    output.push("stdout", bytesOf("token\na\ntoken\n"));
    output.push("stderr", bytesOf("token"));
    output.end();
    expect(kept.stdout.join("")).toBe("a\n");
    expect(kept.said).toEqual([
      "INFO 3 lines (17 bytes) are missing here: logStreaming.level, or excludePatterns or includePatterns of logStreaming.filters, leave them out",
    ]);
    expect(masking.leftOutLines).toBe(3);
  });
});
