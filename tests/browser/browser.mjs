// SPDX-License-Identifier: Apache-2.0
// What browser tests share: Chromium, pages that note every request and error, axe, and the programs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const scratch = process.env.SCRATCH;
const require = createRequire(join(root, "build/report/package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const kPatience = 300_000; // ms: a machine under load; no test measures time

let browser;
export async function launch() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // Root, as in CI's containers, has no sandbox of its own.
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
    timeout: kPatience,
  });
  return browser;
}
export async function closeBrowser() {
  await browser?.close();
}

// The page of a file, once it has drawn. page.seen: what it asked for and what went wrong.
export async function open(file, options = {}) {
  const context = await (await launch()).newContext({ viewport: { width: 1100, height: 900 }, ...options });
  // axe is put into the page by the tests, past its policy: a page of its own for that.
  const page = await context.newPage();
  page.setDefaultTimeout(kPatience);
  page.seen = { requests: [], errors: [] };
  page.on("request", (request) => page.seen.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && page.seen.errors.push(message.text()));
  page.on("pageerror", (error) => page.seen.errors.push(error.message));
  await page.goto(pathToFileURL(file).href);
  return page;
}

export async function assertAccessible(page, what) {
  await page.evaluate(axe); // by the debugger, which no policy of the page binds
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = result.violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(found, [], what);
  assert.ok(result.violations !== undefined);
}

export function run(program, ...arguments_) {
  const result = spawnSync(join(process.env.BIN, program), arguments_, { encoding: "utf8", cwd: root, maxBuffer: 1 << 28 });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

export function write(name, text) {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}
