// SPDX-License-Identifier: Apache-2.0
// The site of recipes in Chromium, from file://: styled, searched, linked, accessible, and nothing of a recipe is interpreted.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertAccessible, closeBrowser, open, run, scratch, write } from "./browser.mjs";

after(closeBrowser);

const site = join(scratch, "site");
const made = run("recipec", "doc", "rules", "-o", site);

test("the site of our own recipes is made", () => {
  assert.equal(made.code, 0, made.err);
  assert.ok(readdirSync(join(site, "recipes")).length > 100);
});

test("pages work from file://: styled, and no request leaves the folder", async () => {
  for (const name of ["index.html", "importance.html", "attack.html", "recipes/code_on_the_fly.html"]) {
    const page = await open(join(site, name));
    const folder = page.url().slice(0, page.url().length - name.length);
    for (const request of page.seen.requests) assert.ok(request.startsWith(folder), request);
    assert.deepEqual(page.seen.errors, [], name);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector("nav")).display), "flex", "the style is there");
  }
});

test("the search finds a recipe by its words, and says how many", async () => {
  const page = await open(join(site, "index.html"));
  await page.keyboard.press("/");
  await page.keyboard.type("code on the fly");
  assert.equal(await page.locator('[data-words] > a[href="recipes/code_on_the_fly.html"]').isVisible(), true);
  assert.match(await page.locator("#found").innerText(), /^\d+ recipes?$/);
  await page.fill("#search", "nothing-has-this");
  assert.equal(await page.locator("[data-words]:visible").count(), 0);
  assert.equal(await page.locator("#found").innerText(), "0 recipes");
});

test("a recipe's page has its parts, and leads back to its tactic and techniques", async () => {
  const page = await open(join(site, "recipes/code_on_the_fly.html"));
  const heads = await page.locator("h2").allInnerTexts();
  for (const part of ["Analysis of the event", "Implications", "Recommended actions", "Condition", "Examples"]) {
    assert.ok(heads.includes(part), `${part} in ${heads}`);
  }
  await page.locator('.facts a[href*="attack.html"]').first().click();
  await page.locator("h2:target").waitFor();
  assert.match(page.url(), /attack\.html#T/);
});

test("the site is accessible in both lights, wide and narrow", async () => {
  for (const name of ["index.html", "attack.html", "recipes/reverse_shell_code.html", "recipes/code_on_the_fly.html"]) {
    for (const [colorScheme, width] of [["light", 1100], ["dark", 380]]) {
      const page = await open(join(site, name), { colorScheme, viewport: { width, height: 900 } });
      await assertAccessible(page, `${name} ${colorScheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} px wider than a window of ${width}`);
    }
  }
});

test("nothing that a recipe says is interpreted", async () => {
  const nasty = "</title></script><script>globalThis.pwned=1</script><img src=x onerror=globalThis.pwned=2>";
  mkdirSync(join(scratch, "nasty"));
  write(
    "nasty/nasty.recipe",
    `recipe nasty {
  title "${nasty}"
  category execution
  method command_and_scripting_interpreter
  importance high
  attack [T1059]
  tags [cicd]
  version 1
  status stable
  references ["javascript:globalThis.pwned=3", "https://example.com/?a=\\"&b"]
  false_positives ["${nasty}"]
  on exec when process.name == "${nasty}"
  message "{process.name}"
  doc {
    quick """
      ${nasty} ![x](https://evil.example/x.png) [y](javascript:globalThis.pwned=4) [z](../../etc/passwd) /proc/<pid>/environ
    """
    analysis """
      <div onclick="globalThis.pwned=5">block</div>
    """
    implications "x"
    actions ["y"]
  }
  test "${nasty}" match exec { process.name: "${nasty}" }
}
`,
  );
  const out = join(scratch, "nasty-site");
  const ran = run("recipec", "doc", join(scratch, "nasty"), "-o", out);
  assert.equal(ran.code, 0, ran.err);
  for (const name of ["index.html", "attack.html", "recipes/nasty.html"]) {
    const page = await open(join(out, name));
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    assert.equal(await page.locator("img, body script, [onclick]").count(), 0);
    assert.deepEqual(page.seen.errors, []);
    const links = await page.locator("main a").evaluateAll((each) => each.map((link) => link.getAttribute("href")));
    for (const link of links) assert.match(link, /^(https:\/\/|#|$|recipes\/|\.\.\/(index|attack)\.html#)/, link);
  }
  const page = await open(join(out, "recipes/nasty.html"));
  assert.match(await page.locator("main").innerText(), /\/proc\/<pid>\/environ/, "what looks like HTML is shown as text");
});
