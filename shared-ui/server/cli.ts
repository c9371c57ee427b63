// The command line: `npm run polling`, with PORT, HOST and PUBLIC_ORIGIN from the environment. Whatever is wrong with
// them is said in one sentence.
import { bundle } from "./bundle.ts";
import { start } from "./start.ts";
import { variants } from "./variants.ts";

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

const variant = variants.find(({ name }) => name === process.argv[2]);
if (!variant) fail(`Say which one: ${variants.map(({ name }) => `npm run ${name}`).join(", ")}.`);

const { PORT = variant.port, HOST, PUBLIC_ORIGIN } = process.env;
const port = Number(PORT);
if (!/^\d+$/.test(String(PORT)) || port > 65_535) fail(`PORT must be a number from 0 to 65535, and "${PORT}" is none.`);
if (
  PUBLIC_ORIGIN &&
  !(/^https?:/.test(PUBLIC_ORIGIN) && URL.canParse(PUBLIC_ORIGIN) && new URL(PUBLIC_ORIGIN).origin === PUBLIC_ORIGIN)
)
  fail(`PUBLIC_ORIGIN must look like https://chat.example.org, without a path, and "${PUBLIC_ORIGIN}" does not.`);

const running = await start(variant.name, {
  port,
  host: HOST || undefined,
  publicOrigin: PUBLIC_ORIGIN || undefined,
}).catch((error) => {
  if (error.code === "EADDRINUSE")
    fail(
      `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port > 60_000 ? port - 1_000 : port + 1_000}.`,
    );
  if (error.code === "EACCES")
    fail(`Port ${port} may not be opened by you. Choose one above 1023: PORT=${variant.port}.`);
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL"].includes(error.code))
    fail(`HOST=${HOST} is no address of this machine.`);
  throw error;
});

let stopping: Promise<void> | undefined;
// A signal may come twice: from the terminal, and from npm. The goodbye goes on.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, async () => {
    stopping ??= running.stop();
    await stopping;
    process.exit(0);
  });

const address = PUBLIC_ORIGIN || `${variant.scheme}://localhost:${running.port}`;
console.log(`${variant.name}: ${address}${HOST ? ` (bound to ${HOST})` : ""}`);
if (HOST && !PUBLIC_ORIGIN)
  console.log("To let others in, set PUBLIC_ORIGIN to the address they will type. Any other name is refused.");
bundle(variant.name).catch((error) =>
  console.error(`The page of ${variant.name} could not be built: ${error.message}`),
);
