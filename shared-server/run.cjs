// The first file that Node reads, in words that even an old one understands: so that it gets a sentence, not a stack.
// `node run.cjs FILE.ts WORDS` goes on as `node FILE.ts WORDS` would, if every Node could read TypeScript.
var have = process.versions.node.split(".").map(Number);
var want = [20, 19];
if (have[0] < want[0] || (have[0] === want[0] && have[1] < want[1])) {
  console.error(
    "This needs Node " + want.join(".") + " or newer; here is " + process.version + ". See https://nodejs.org.",
  );
  process.exit(1);
}
process.argv.splice(1, 1);
void import("tsx/esm").then(function () {
  return import(require("node:url").pathToFileURL(process.argv[1]));
});
