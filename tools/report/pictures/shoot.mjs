// SPDX-License-Identifier: Apache-2.0
// Pictures of the report and of the site, into the folder that is given.
import { join } from "node:path";
import { closeBrowser, open, scratch } from "../../../tests/browser/browser.mjs";

const out = process.argv[2];
const page = await open(join(scratch, "report.html"), { viewport: { width: 1000, height: 980 } });
await page.screenshot({ path: join(out, "report.png") });
await page.locator(".card[open] .part:has(.source)").screenshot({ path: join(out, "why.png") });
const site = await open(join(scratch, "site/recipes/reverse_shell_code.html"), { viewport: { width: 1000, height: 700 }, colorScheme: "dark" });
await site.screenshot({ path: join(out, "site.png") });
await closeBrowser();
