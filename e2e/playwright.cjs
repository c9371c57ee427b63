// Playwright's command, as it works on every Node. It reads TypeScript through Node's hooks for modules, and in Node 22.15 to 22.22 and 24.0 to
// 24.11.0 the newer ones of the two kinds lose a module that Express needs (https://github.com/nodejs/node/issues/61801).
if (/^v2[24]\./.test(process.version)) process.env.PLAYWRIGHT_FORCE_ASYNC_LOADER = "1";
module.exports = require("../node_modules/playwright/cli.js"); // by its path: the package does not export it
