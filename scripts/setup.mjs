// Makes a fresh clone able to run everything else. Plain Node, because it runs before Bun is installed.
//
//   node scripts/setup.mjs           npm packages, and a Bun that starts
//   node scripts/setup.mjs --tests   and what only tests need: Chromium, CJK fonts, ps, curl, openssl, Python's clients
//
// Costs a few file reads when there is nothing to do. Exits 1, with a sentence, where it cannot help.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bun = join(root, "node_modules", ".bin", "bun");

/** What tests need from the operating system: any one of `commands` or `files` will do. */
const testNeeds = [
  { debianPackage: "chromium", commands: ["chromium", "chromium-browser", "google-chrome"] },
  { debianPackage: "fonts-noto-cjk", files: ["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"] },
  { debianPackage: "procps", commands: ["ps"] },
  { debianPackage: "curl", commands: ["curl"] },
  { debianPackage: "openssl", commands: ["openssl"] },
  { debianPackage: "python3-requests", files: ["/usr/lib/python3/dist-packages/requests/__init__.py"] },
  { debianPackage: "python3-websocket", files: ["/usr/lib/python3/dist-packages/websocket/__init__.py"] },
];

try {
  if (!packagesAreInstalled()) installPackages();
  if (!bunStarts()) installBun();
  if (process.argv.includes("--tests")) installTestNeeds();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Compares content, not times: npm writes its two lockfiles in either order. */
function packagesAreInstalled() {
  const wanted = readLock("package-lock.json");
  const installed = readLock(join("node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

function readLock(path) {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}

function installPackages() {
  console.error("installing npm packages …");
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  // `npm ci` refuses where package.json has moved on from the lockfile; `npm install` brings them together.
  if (!runs("npm", ["ci", ...quiet]) && !runs("npm", ["install", ...quiet]))
    throw new Error("cannot install the npm packages: see npm's message above; is the registry reachable?");
}

function bunStarts() {
  return existsSync(bun) && spawnSync(bun, ["--version"], { stdio: "ignore" }).status === 0;
}

/** For where npm was told to run no install scripts, or has a policy of its own. */
function installBun() {
  const ran = runs(process.execPath, [join("node_modules", "bun", "install.js")]);
  if (!ran || !bunStarts()) throw new Error(`cannot start Bun: ${bun} does not run on this machine`);
}

function installTestNeeds() {
  const missing = testNeeds.filter((need) => !isThere(need)).map((need) => need.debianPackage);
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !onPath("apt-get")) {
    // Not fatal: a part of the tests may need none of it, and those that do will fail and say so.
    console.error(`some tests need programs that are missing here; install: ${missing.join(" ")}`);
    return;
  }
  console.error(`installing ${missing.join(" ")} …`);
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...missing];
  if (!runs("apt-get", ["update", "-qq"]) || !runs("apt-get", install))
    throw new Error(`cannot install ${missing.join(" ")}: see apt-get's message above`);
}

function isThere({ commands = [], files = [] }) {
  return commands.some(onPath) || files.some((file) => existsSync(file));
}

function onPath(command) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Runs a program with its messages on stderr, so that stdout stays the caller's. */
function runs(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { cwd: root, env, stdio: ["ignore", 2, 2] }).status === 0;
}
