import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelledTable as table } from "../fixtures/table.ts";
import { ConfigError } from "./mistakes.ts";
import { readFlags } from "./read-flags.ts";
import { resolve, type Sources } from "./resolve.ts";

const dir = mkdtempSync(join(tmpdir(), "keruta-config-"));
afterAll(() => rmSync(dir, { recursive: true }));

function file(content: unknown): Sources {
  return { file: { path: "/f.yaml", content } };
}

function mistakes(sources: Sources): readonly string[] {
  try {
    resolve(table, sources);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes;
  }
}

test("a flag comes before a variable, a variable before the file, the file before the default", () => {
  const flags = readFlags(table, ["--wait", "1s"]).given;
  const environment = { DEMO_WAIT: "2s" };
  const ofFile = file({ some: { wait: "3m" } });
  const wait = (sources: Sources) => {
    const { values, origins } = resolve(table, sources);
    return [values["some.wait"], origins["some.wait"]];
  };
  expect(wait({ ...ofFile, environment, flags })).toEqual([1_000, { from: "flag", name: "--wait" }]);
  expect(wait({ ...ofFile, environment })).toEqual([2_000, { from: "variable", name: "DEMO_WAIT" }]);
  expect(wait(ofFile)).toEqual([180_000, { from: "file", name: "/f.yaml" }]);
  expect(wait({})).toEqual([3_000, { from: "default" }]);
});

describe("a file's keys", () => {
  test.each([
    [{ some: { wait: 5 } }],
    [{ "some.wait": "5" }],
    [{ SOME: { Wait: "5s" } }],
    [{ old: { waitTime: 5 } }],
    [{ old: { wait_time: 5 } }],
    [{ old: { "wait-time": 5 } }],
  ])("%p", (content) => expect(resolve(table, file(content)).values["some.wait"]).toBe(5_000));

  test("come before older names of the same setting, and a warning says so where they differ", () => {
    const { values, warnings } = resolve(table, file({ old: { waitTime: 1 }, some: { wait: 2 } }));
    expect(values["some.wait"]).toBe(2_000);
    expect(warnings).toEqual(["/f.yaml: old.waitTime and some.wait differ: some.wait counts"]);
    expect(resolve(table, file({ some: { wait: 2 }, old: { waitTime: 2 } })).warnings).toEqual([]);
  });

  test("without a value are not there", () => {
    expect(resolve(table, file({ some: { wait: null } })).values["some.wait"]).toBe(3_000);
    expect(resolve(table, file(null)).values["some.wait"]).toBe(3_000);
  });

  test("that contain each other are refused, not followed for ever", () => {
    const content: Record<string, unknown> = {};
    content["some"] = content;
    expect(mistakes(file(content))).toHaveLength(1);
  });

  test("may not be a variable's name", () => {
    expect(mistakes(file({ DEMO_OTHER: "x" }))[0]).toStartWith("/f.yaml: DEMO_OTHER is not known");
  });
});

describe("values", () => {
  const value = (environment: Record<string, string>) => resolve(table, { environment }).values;

  test("of a list stand with commas between them, of patterns one a line", () => {
    expect(value({ DEMO_NAMES: "a, b,," })["some.names"]).toEqual(["a", "b"]);
    const [first, second] = value({ DEMO_PATTERNS: "(?i)a{1,2}\nb" })["some.patterns"];
    expect([first?.source, first?.flags, second?.source]).toEqual(["a{1,2}", "iu", "b"]);
  });

  test("of a file may be lists, numbers and truth values", () => {
    const { values } = resolve(table, file({ some: { names: ["a", "b"], wait: 1.5, loud: true } }));
    expect(values["some.names"]).toEqual(["a", "b"]);
    expect(values["some.wait"]).toBe(1_500);
    expect(values["some.loud"]).toBe(true);
  });

  test.each(["true", "yes", "on", "1", "TRUE"])("%p is true", (text) =>
    expect(value({ DEMO_LOUD: text })["some.loud"]).toBe(true),
  );

  test("are undefined where nothing is given and there is no default", () => {
    const colour: "red" | "blue" | undefined = value({})["some.colour"];
    expect(colour).toBeUndefined();
    expect(value({ DEMO_COLOUR: "RED" })["some.colour"]).toBe("red");
  });

  test("that are empty in the environment are not given", () => {
    expect(value({ DEMO_WAIT: "", OLD_WAIT: "4" })["some.wait"]).toBe(4_000);
  });
});

describe("variables", () => {
  test("of one setting that differ are warned of, and the first counts", () => {
    const { values, warnings } = resolve(table, { environment: { OLD_WAIT: "9", DEMO_WAIT: "1" } });
    expect(values["some.wait"]).toBe(1_000);
    expect(warnings).toEqual(["DEMO_WAIT and OLD_WAIT are both set and differ: DEMO_WAIT counts"]);
    expect(resolve(table, { environment: { OLD_WAIT: "1", DEMO_WAIT: "1" } }).warnings).toEqual([]);
  });

  test("that are mistyped are warned of", () => {
    const environment = { DEMO_WIAT: "1", DEMO_UNHEARD_OF: "2", OTHER_WAIT: "3", DEMO_SECRET_FILE: "" };
    expect(resolve(table, { environment, prefix: "DEMO_" }).warnings).toEqual([
      "DEMO_WIAT is not known; did you mean DEMO_WAIT?",
    ]);
  });

  test("that Kubernetes makes for Services are passed over, whatever the Services are called", () => {
    const services = ["DEMO", "DEMO_SERVER", "DEMO_WAIT", "DEMO_SERVER_POR"];
    const environment = Object.fromEntries(
      services.flatMap((name) => [
        [`${name}_SERVICE_HOST`, "10.0.0.1"],
        [`${name}_SERVICE_PORT`, "8080"],
        [`${name}_SERVICE_PORT_HTTP`, "8080"],
        [`${name}_PORT`, "tcp://10.0.0.1:8080"],
        [`${name}_PORT_8080_TCP`, "tcp://10.0.0.1:8080"],
        [`${name}_PORT_8080_TCP_PROTO`, "tcp"],
        [`${name}_PORT_8080_TCP_PORT`, "8080"],
        [`${name}_PORT_8080_TCP_ADDR`, "10.0.0.1"],
      ]),
    );
    const { values, warnings } = resolve(table, { environment, prefix: "DEMO_" });
    expect(values["server.port"]).toBe(80);
    expect(warnings).toEqual([]);
  });
});

describe("a secret", () => {
  const path = join(dir, "secret");
  writeFileSync(path, "hush\n");

  test.each<[string, Sources]>([
    ["a variable", { environment: { DEMO_SECRET: "hush" } }],
    ["the file a variable names", { environment: { DEMO_SECRET_FILE: path } }],
    ["the configuration file", file({ some: { secret: "hush" } })],
    ["the file the configuration file names", file({ some: { secretFile: path } })],
    ["the same in another spelling", file({ some: { secret_file: path } })],
  ])("is read from %s", (_where, sources) => {
    expect(resolve(table, sources).values["some.secret"]).toBe("hush");
  });

  test("that is not there is a mistake which names the file", () => {
    expect(mistakes({ environment: { DEMO_SECRET_FILE: "/gone" } })[0]).toStartWith(
      "DEMO_SECRET_FILE: cannot read /gone: ",
    );
  });

  test("is in no mistake", () => {
    const said = mistakes(file({ some: { secret: ["hush"] } }));
    expect(said).toEqual(["/f.yaml: some.secret: its value cannot be used: expected text that is not empty"]);
  });
});

test("every mistake is told at once: where it stands, what it is, what is expected", () => {
  const flags = readFlags(table, ["--loud=perhaps"]).given;
  const environment = { DEMO_WAIT: "soon", DEMO_COLOUR: "green" };
  const content = {
    server: { prot: 1, port: 70_000 },
    some: { wait: 2, WAIT: 3, patterns: ["("] },
  };
  expect(mistakes({ flags, environment, ...file(content) })).toEqual([
    "/f.yaml: server.prot is not known; did you mean server.port?",
    "/f.yaml: some.WAIT is given twice, also as some.wait",
    'DEMO_WAIT: "soon" cannot be used: expected seconds, or a number with a unit such as 500ms or 2m, at least 1ms',
    '--loud: "perhaps" cannot be used: expected true or false',
    '/f.yaml: some.patterns: ["("] cannot be used: expected a list, each a regular expression, one a line',
    'DEMO_COLOUR: "green" cannot be used: expected one of red, blue',
    "/f.yaml: server.port: 70000 cannot be used: expected a whole number from 0 to 65535",
  ]);
});
