// The first file that Node reads, in words that even an old one understands: so that it gets a sentence, not a stack.
// `node run.cjs FILE.ts WORDS` goes on as `node FILE.ts WORDS` would, if every Node could read TypeScript.
var fs = require("fs");
var os = require("os");
var path = require("path");
var url = require("url");

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

// The same as "engines" in package.json: what the packages here run on.
var have = process.versions.node.split(".").map(Number);
var fits = have[0] >= 24 || (have[0] === 22 && have[1] >= 12) || (have[0] === 20 && have[1] >= 19);
if (!fits)
  fail(
    "This needs Node 20.19, 22.12, 24 or newer (not 21, not 23); here is " +
      process.version +
      ". See https://nodejs.org.",
  );

// tsx keeps what it has compiled in the folder for temporary files. Where nothing can be written there, it does without.
try {
  fs.rmdirSync(fs.mkdtempSync(path.join(os.tmpdir(), "chat-")));
} catch {
  process.env.TSX_DISABLE_CACHE = "1";
}

process.argv.splice(1, 1);
import("tsx/esm")
  .then(function () {
    return import(url.pathToFileURL(process.argv[1]));
  })
  .catch(function (error) {
    // tsx itself is missing, or the program that compiles for it: an optional package, for each system another.
    var missing = /^Cannot find package|^The package .* could not be found|^You installed esbuild for another/;
    if (!missing.test(error.message)) throw error;
    fail("The packages are not all installed (" + error.message.split("\n")[0] + "). Run: npm ci");
  });
