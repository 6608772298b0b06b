# SPDX-License-Identifier: Apache-2.0
# A Node.js project with a local dependency that has a postinstall hook: npm install, npm ci, npm test, npm run build, npm pack.
# needs: node npm
set -euo pipefail
mkdir -p dep app/src
cat >dep/package.json <<'END'
{"name": "dep", "version": "1.0.0", "main": "index.js", "bin": {"dep": "cli.js"}, "scripts": {"postinstall": "node install.js"}}
END
echo 'module.exports = (a, b) => a + b' >dep/index.js
printf '#!/usr/bin/env node\nconsole.log(require("./index.js")(1, 2))\n' >dep/cli.js
echo 'require("fs").writeFileSync("installed.json", JSON.stringify({platform: process.platform, cpus: require("os").cpus().length}))' >dep/install.js
cat >app/package.json <<'END'
{"name": "app", "version": "1.0.0", "private": true, "dependencies": {"dep": "file:../dep"},
 "scripts": {"prebuild": "mkdir -p dist", "build": "node build.js && dep", "test": "node --test src/", "postinstall": "node build.js --dry"}}
END
echo 'const fs = require("fs"); const sum = require("dep"); if (!process.argv.includes("--dry")) fs.writeFileSync("dist/out.js", `exports.sum = ${sum(1, 2)}`); require("child_process").execSync("git --version")' >app/build.js
echo 'require("node:test")("adds", () => require("node:assert").equal(require("dep")(1, 2), 3))' >app/src/sum.test.js
cd app
npm install --offline --no-audit --no-fund
npm ci --offline --no-audit --no-fund
npm test
npm run build
npm pack
npm ls
