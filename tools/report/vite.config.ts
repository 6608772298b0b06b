// SPDX-License-Identifier: Apache-2.0
// Builds ONE file: script and style stand in the page, and its policy names their hashes and allows nothing else.
import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

const hash = (text: string) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      let script = "";
      let style = "";
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === "chunk") script += part.code;
        else if (name.endsWith(".css")) style += part.source.toString();
        else continue;
        delete bundle[name];
      }
      // Inside the element no text may end it, or begin a comment that hides its end.
      script = script.trim().replace(/<(\/script|script|!--)/gi, "\\x3c$1");
      style = style.trim();
      if (/<\//.test(style)) this.error("the style would end its element");
      const page = bundle["index.html"];
      if (page?.type !== "asset") return this.error("no index.html");
      const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
      page.source = page.source
        .toString()
        .replace(/\s*<script type="module"[^>]*src=[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace("report:policy", policy)
        .replace("<!--report:style-->", () => `<style>${style}</style>`)
        .replace("<!--report:script-->", () => `<script type="module">${script}</script>`);
    },
  };
}

export default defineConfig({
  plugins: [oneFile()],
  build: { target: "es2022", assetsInlineLimit: 1 << 20, cssCodeSplit: false, modulePreload: false, emptyOutDir: true },
});
