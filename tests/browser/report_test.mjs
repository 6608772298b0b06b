// SPDX-License-Identifier: Apache-2.0
// The report in Chromium: real detections, drawn, filtered, printed; nothing of an event is ever interpreted; what was not watched
// never looks like what found nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertAccessible, closeBrowser, open, root, run, scratch, write } from "./browser.mjs";

after(closeBrowser);

const story = join(root, "tests/data/report_story.jsonl");
const html = (name) => join(scratch, name);
const kNasty = [
  "</script><script>globalThis.pwned = 1</script>",
  "<img src=x onerror='globalThis.pwned = 2'>",
  "<!-- <script>",
  "&lt;b&gt; &#60;i&#62; ]]>",
  "javascript:globalThis.pwned=3",
  "\u001b[31mred\u0007",
  "line\u2028sep\u2029end",
  "\u202egnp.exe\u202c \u2066x\u2069 \u200b \ufeff",
  "${globalThis.pwned=4} {{x}} `",
].join(" ");

function replay(name, events, ...more) {
  const file = html(name);
  const ran = run("reciped", "replay", "--recipes", "rules", "-q", "--output", `html:${file}`, ...more, events);
  assert.equal(ran.code, 0, ran.err);
  return file;
}
const event = (argv, more = {}) =>
  JSON.stringify({
    event: "exec",
    time: "2026-11-24T10:00:00.000000001Z",
    process: { pid: 9, name: "perl", cwd: argv[2], user: argv[2], start_time: 9, ancestors: [{ pid: 1, cmdline: argv[2] }] },
    argv,
    ...more,
  });
// Lines of JSON as reciped writes them, many of them.
function detections(count, importance = "high") {
  const ran = run("reciped", "replay", "--recipes", "rules", "-q", "--format", "json", story);
  const line = JSON.parse(ran.out.split("\n")[0]);
  return Array.from({ length: count }, (_, i) => JSON.stringify({ ...line, importance, sequence: i + 1, message: `number ${i + 1}` }));
}

test("the report is drawn from one file, without a request and without an error", async () => {
  const page = await open(replay("story.html", story));
  assert.match(await page.locator("h1").innerText(), /^\d+ detections, the gravest critical$/);
  assert.deepEqual(page.seen, { requests: [page.url()], errors: [] });
  const badges = await page.locator(".card > summary .badge").allInnerTexts();
  const rank = ["critical", "high", "medium", "low", "none"];
  assert.deepEqual(badges, [...badges].sort((one, other) => rank.indexOf(one) - rank.indexOf(other)));
});

test("a detection says why in the recipe's own words, where from the step's shell down, and what to do", async () => {
  const page = await open(html("story.html"));
  const card = page.locator(".card[open]").first();
  assert.ok((await card.locator(".source mark").count()) >= 2, "terms are marked in the source");
  const marked = (await card.locator(".source mark").allInnerTexts()).join(" ");
  const terms = await card.locator(".terms td:first-child code").allInnerTexts();
  // A macro's terms stand elsewhere: the table names their line.
  const bare = (text) => text.replace(/\s/g, "");
  const written = bare((await card.locator(".source").allInnerTexts()).join(" "));
  const here = terms.filter((term) => written.includes(bare(term)));
  assert.ok(here.length >= 1, "some term stands in the source");
  for (const term of here) assert.ok(bare(marked).includes(bare(term)), `${term} in ${marked}`);
  assert.ok((await card.locator(".actions li").count()) >= 1);
  // What stands above reciped is the runner's.
  assert.match(await card.locator(".above summary").innerText(), /processes above the watched command/);
  const chain = await card.locator(".part > .chain strong").allInnerTexts();
  assert.equal(chain[0], "bash");
  assert.ok(!chain.includes("Runner.Worker"));
});

test("parts that the page has never heard of are shown", async () => {
  const [line] = detections(1);
  const more = { ...JSON.parse(line), container: { id: "4f5e", image: "app:1" }, ci: { job: "build", url: "https://ci.example/1" } };
  const lines = write("parts.jsonl", `${JSON.stringify(more)}\n`);
  assert.equal(run("reciped", "report", lines, "-o", html("parts.html")).code, 0);
  const page = await open(html("parts.html"));
  const text = await page.locator(".card .body").innerText();
  assert.match(text, /container/i);
  assert.match(text, /app:1/);
  assert.equal(await page.locator('.card a[href="https://ci.example/1"]').count(), 1);
});

test("nothing of argv, names and paths is ever interpreted", async () => {
  const events = write("nasty.jsonl", `${event(["perl", "-e", kNasty])}\n${event(["perl", "-e", "a\\xff\\xfe\\\\b"], { encoding: "escaped" })}\n`);
  const page = await open(replay("nasty.html", events));
  const text = readFileSync(html("nasty.html"), "utf8");
  assert.doesNotMatch(text, /[^\n\x20-\x7e\u00a0-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ufdff\u{1f300}-\u{1faff}]/u, "characters that act, in the file");
  await page.keyboard.press("e"); // every card open
  assert.deepEqual(page.seen, { requests: [page.url()], errors: [] });
  assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
  assert.equal(await page.locator("#app img, #app script, #app iframe, #app b:not(.chip b)").count(), 0);
  assert.equal(await page.locator('a:not([href^="#"]):not([href^="https://"])').count(), 0);
  const shown = await page.locator("#app").innerText();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the question
  assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
  for (const sign of ["\\x1b", "\\u{2028}", "\\u{202e}", "\\u{2066}", "\\u{feff}", "\\xff"]) assert.ok(shown.includes(sign), sign);
  assert.ok(shown.includes("</script><script>globalThis.pwned = 1</script>"), "the text itself is shown");
});

test("the policy lets no other script, style or connection run", async () => {
  const page = await open(html("nasty.html"));
  const refused = await page.evaluate(async () => {
    const violations = [];
    document.addEventListener("securitypolicyviolation", (each) => violations.push(each.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "globalThis.pwned = 5";
    document.body.append(script);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.body.append(style);
    const image = document.createElement("img");
    image.src = "https://evil.example/x.png";
    document.body.append(image);
    await fetch("https://evil.example/").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve));
    return { violations: violations.map((each) => each.split("-")[0]).sort(), pwned: globalThis.pwned };
  });
  assert.deepEqual(refused, { violations: ["connect", "img", "script", "style"], pwned: undefined });
});

test("nothing detected, partly watched, not watched and unknown never look alike", async () => {
  const [line] = detections(1);
  const coverage = JSON.parse(run("reciped", "replay", "--recipes", "rules", "-q", "--format", "json", story).out.trim().split("\n").at(-1)).coverage;
  const cases = {
    complete: { ...coverage, verdict: "complete", shortcomings: undefined, detections: 0 },
    partial: { ...coverage, verdict: "partial", shortcomings: ["7 ring_full: events that found the ring full"] },
    none: { verdict: "none", mode: "command", command: "make", shortcomings: ["not watched: no root"] },
    unknown: undefined,
  };
  const seen = {};
  for (const [name, each] of Object.entries(cases)) {
    const lines = write(`${name}.jsonl`, each ? `${JSON.stringify({ coverage: each })}\n` : "\n");
    assert.equal(run("reciped", "report", lines, "-o", html(`${name}.html`)).code, 0);
    const page = await open(html(`${name}.html`));
    seen[name] = [await page.locator("h1").innerText(), await page.locator(".verdict").innerText()];
    assert.equal(await page.locator(`.verdict.${name}`).count(), 1);
    await assertAccessible(page, name);
  }
  assert.equal(new Set(Object.values(seen).map((each) => each[0])).size, 4);
  assert.equal(seen.complete[0], "Nothing was detected");
  assert.equal(seen.none[0], "Not watched");
  assert.match(seen.partial[1], /ring_full/);
  for (const name of ["partial", "none", "unknown"]) assert.doesNotMatch(seen[name].join(" "), /watched whole|nothing was lost/i);
  // One run of several that was not watched is enough.
  const mixed = write("mixed.jsonl", [line, JSON.stringify({ coverage: cases.complete }), JSON.stringify({ coverage: cases.none })].join("\n"));
  assert.equal(run("reciped", "report", mixed, "-o", html("mixed.html")).code, 0);
  assert.equal(await (await open(html("mixed.html"))).locator(".verdict.none").count(), 1);
});

test("search, importances, recipes and the order choose what is listed", async () => {
  const page = await open(html("story.html"));
  const count = () => page.locator(".card").count();
  const all = await count();
  await page.fill('input[type="search"]', "perl nothing-has-this");
  assert.equal(await count(), 0);
  await page.fill('input[type="search"]', "PERL");
  const found = await count();
  assert.ok(found > 0 && found < all, `${found} of ${all}`);
  await page.fill('input[type="search"]', "");
  await page.locator(".chip.critical").click();
  assert.equal(await page.locator(".card.critical").count(), 0);
  await page.locator(".chip.critical").click();
  await page.getByLabel("Order").selectOption("time");
  const times = await page.locator(".card > summary time").evaluateAll((each) => each.map((time) => time.dateTime));
  assert.deepEqual(times, [...times].sort());
  await page.getByLabel("Recipe").selectOption("code_on_the_fly");
  assert.ok((await count()) < all);
});

test("keys go through the list, and single ones can be switched off", async () => {
  const page = await open(html("story.html"));
  // The page draws when it can.
  const focused = (id) => page.waitForFunction((wanted) => document.activeElement?.closest(".card")?.id === wanted, id);
  await page.keyboard.press("j");
  await focused("detection-1");
  await page.keyboard.press("j");
  await focused("detection-2");
  await page.keyboard.press("o");
  await page.locator("#detection-2[open]").waitFor();
  await page.keyboard.press("k");
  await focused("detection-1");
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.getAttribute("type") === "search");
  await page.keyboard.type("jk");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.locator("dialog[open] input").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
});

test("a detection has an address of its own", async () => {
  const page = await open(html("story.html"));
  await page.goto(`${page.url()}#detection-3`);
  await page.reload();
  await page.locator("#detection-3[open]").waitFor();
});

test("the report is accessible in both lights, wide and narrow, opened and closed", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1100, 380]) {
      const page = await open(html("story.html"), { colorScheme, viewport: { width, height: 900 } });
      await page.keyboard.press("e");
      await assertAccessible(page, `${colorScheme} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page is ${wide} px wider than a window of ${width}`);
    }
  }
});

test("on paper every listed detection is open, and nothing that needs a pointer is there", async () => {
  const page = await open(html("story.html"));
  await page.keyboard.press("t"); // dark, which paper is not
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), "rgb(29, 29, 27)");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator(".card:not([open])").count(), 0);
  assert.equal(await page.locator(".filter").isVisible(), false);
  assert.ok((await page.pdf()).length > 10_000);
});

test("readers without scripts see the verdict and what happened", async () => {
  const page = await open(html("story.html"), { javaScriptEnabled: false });
  assert.match(await page.locator("h1").innerText(), /detections/);
  assert.ok((await page.locator("table.static tbody tr").count()) >= 3);
  assert.match(await page.locator("main").innerText(), /Coverage complete/);
});

test("of more than it holds the report keeps what matters most, and says how much it leaves out", async () => {
  const lines = [...detections(2100, "low"), ...detections(1, "critical")];
  const file = write("many.jsonl", `${lines.join("\n")}\n`);
  assert.equal(run("reciped", "report", file, "-o", html("many.html")).code, 0);
  const page = await open(html("many.html"));
  assert.equal(await page.locator("h1").innerText(), "2,101 detections, the gravest critical");
  assert.match(await page.locator("header").innerText(), /101 less important detections are left out/);
  assert.match(await page.locator(".card").first().innerText(), /^critical/);
  assert.ok((await page.locator(".card").count()) <= 200);
  await page.locator(".wide-button").click();
  assert.equal(await page.locator(".card").count(), 400);
});

test("lines that are no detections are named, counted in the report, and end with exit code 1", async () => {
  const [line] = detections(1);
  const wrong = JSON.parse(line);
  wrong.process.name = 7;
  const deep = `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  const file = write("bad.jsonl", [line, "no json", JSON.stringify(wrong), "", '{"a":1}', deep, line].join("\n"));
  const ran = run("reciped", "report", file, "-o", html("bad.html"));
  assert.equal(ran.code, 1, ran.err);
  assert.match(ran.err, /line 2: no detection: no JSON/);
  assert.match(ran.err, /line 3: no detection: `process.name` is not of its type/);
  assert.match(ran.err, /line 5: no detection: `id` is missing/);
  assert.match(ran.err, /line 6: no detection: nested/);
  const page = await open(html("bad.html"));
  assert.match(await page.locator("header").innerText(), /4 lines of the file are no detection and are not here: 2, 3, 5, 6/);
  assert.equal(await page.locator(".card").count(), 2);
});
