// What every command that starts servers needs. When something is wrong, it says so in one sentence.
import { isIPv6 } from "node:net";
import { limits } from "../shared-chat/limits.ts";
import type { Log } from "../shared-chat/log.ts";
import { areInstalled } from "./packages.ts";
import { folderOf, viewProblem } from "./views.ts";

/** The command cannot do what it was asked for. The message is the sentence for the person who typed it. */
export class UsageError extends Error {}

/** Ends the process with a sentence. */
export function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

const settings = [
  "PORT",
  "HOST",
  "PUBLIC_ORIGIN",
  "TLS_CERT",
  "TLS_KEY",
  "SUPER_USER",
  "RATE_LIMIT",
  "CHAT_LOG",
  "VIEW",
  "CLIENT",
];

/**
 * Takes the settings after a command, as in `npm start PORT=4000`, as if the environment had them. This works in every shell,
 * while `PORT=4000 npm start` does not, and PowerShell may keep the `--` of `npm start -- --port 4000` to itself.
 */
export function takeSettings(words: string[]): void {
  for (const word of words) {
    const [, name = "", value] = /^(\w+)=(.*)$/.exec(word) ?? [];
    if (!settings.includes(name))
      fail(`There is no setting "${word}". The settings are ${settings.map((each) => `${each}=…`).join(", ")}.`);
    process.env[name] = value;
  }
  if (process.env.RATE_LIMIT === "off") limits.posts.points = 1e9; // for measuring
  const { CLIENT } = process.env;
  if (CLIENT && CLIENT !== "rxjs") fail(`CLIENT must be rxjs, or be left out, not "${CLIENT}".`);
  if (CLIENT && !areInstalled(folderOf("rxjs")))
    fail("The clients in RxJS need a package of their own. Run: npm run views:install rxjs");
}

/** The port in the environment variable PORT, at most `most`, or else the default. */
export function portOr(usual: number, most = 65_535): number {
  const { PORT = String(usual) } = process.env;
  if (/^\d+$/.test(PORT) && Number(PORT) <= most) return Number(PORT);
  return fail(`PORT must be a number from 0 to ${most}, not "${PORT}".`);
}

/** The view in the environment variable VIEW, or the one in plain DOM. */
export function viewOrDom(): string {
  const view = process.env.VIEW || "dom";
  const problem = viewProblem(view);
  return problem ? fail(problem) : view;
}

/** Says who becomes the super user, while nobody has the name that SUPER_USER states. */
export function adviseSuperUser(log: Log): void {
  const { SUPER_USER } = process.env;
  if (SUPER_USER && !log.people.find(SUPER_USER))
    console.log(`Sign in as ${SUPER_USER} now: whoever uses this name first chooses its password.`);
}

/** Says why a server did not start. `port` is the port that was asked for, `usual` the default. */
export function cannotStart(error: NodeJS.ErrnoException & { port?: number }, port: number, usual: number): never {
  if (error instanceof UsageError) fail(error.message);
  const { HOST } = process.env;
  if (HOST && ["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL"].includes(error.code ?? ""))
    fail(
      `HOST=${HOST} is not an address of this machine. If you did not set it, your shell did: add HOST=localhost to the command.`,
    );
  if (error.syscall !== "listen") throw error; // a file that cannot be read has the same codes
  const failed = error.port ?? port;
  let other = port > 60_000 ? port - 1_000 : port + 1_000;
  if (port < 1_024) other = usual; // the system keeps those
  if (error.code === "EADDRINUSE")
    fail(`Port ${failed} is in use. Stop the program that uses it, or add PORT=${other} to the command.`);
  if (error.code === "EACCES")
    fail(
      `You are not allowed to open port ${failed}. Any program may open those above 1023: add PORT=${other} to the command.`,
    );
  throw error;
}

/** Stops once, on Ctrl-C or when the system asks, and ends the process. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping: Promise<void> | undefined;
  // A signal may arrive twice, from the terminal and from npm. The goodbye goes on.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, async () => {
      stopping ??= stop();
      await stopping;
      process.exit(0);
    });
}

/** The name by which a browser here reaches a server that is bound to this address. */
export function nameOf(host: string | undefined): string {
  if (!host || ["0.0.0.0", "::"].includes(host)) return "localhost";
  return isIPv6(host) ? `[${host}]` : host;
}

/**
 * The origin that PUBLIC_ORIGIN states for this port, as browsers state it: in lower case, without the default port. The word PORT
 * in it stands for the port.
 */
export function publicOriginOf(text: string, port: number): string {
  const stated = text.replaceAll(/\bPORT\b/g, String(port));
  const url = URL.canParse(stated) ? new URL(stated) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    return fail(`PUBLIC_ORIGIN must look like https://chat.example.org, without a path, not "${text}".`);
  return url.origin;
}
