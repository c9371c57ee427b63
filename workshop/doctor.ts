// `npm run doctor`: whether this machine is ready for the workshop, and how to mend what is not. `npm run doctor browser` looks at
// the browser of the learner, of which no command knows anything: only a page in it does.
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:http";
import { certificate } from "../http2-push/certificate.ts";
import { listenAt } from "../shared-server/loopback.ts";
import { exercises } from "./exercises.ts";
import { firstLine } from "./faults.ts";
import { openBrowser } from "./open-browser.ts";

interface Finding {
  ok: boolean;
  words: string;
}

const fine = (words: string): Finding => ({ ok: true, words });
const mend = (words: string): Finding => ({ ok: false, words });

/** Looks at everything, and prints what it finds. Returns whether all is well. */
export async function doctor(): Promise<boolean> {
  let well = true;
  for (const examine of [node, git, ports, browser, tls]) {
    const { ok, words } = await examine();
    console.log(`${ok ? "ok  " : "MEND"}  ${words}`);
    well &&= ok;
  }
  console.log(
    "\nYour own browser, with its service workers and what it remembers of localhost: npm run doctor browser",
  );
  return well;
}

// An old Node has been refused by then, in shared-server/run.cjs.
function node(): Finding {
  return fine(`Node ${process.version}, and the packages are installed.`);
}

function git(): Finding {
  const { error, stdout } = spawnSync("git", ["--version"], { encoding: "utf8" });
  return error
    ? mend("git is missing, and npm run diff needs it. See https://git-scm.com.")
    : fine(`${stdout.trim()}.`);
}

/** Whether each command can have the port that it uses. */
export async function ports(): Promise<Finding> {
  const wanted = [3000, 3001, 3002, 3003, 3004, ...exercises.map(({ number }) => 3100 + Number(number))];
  const used: number[] = [];
  const kept: number[] = [];
  for (const port of wanted) {
    const code = await refusalOf(port);
    if (code === "EACCES") kept.push(port);
    else if (code) used.push(port);
  }
  const words = [
    used.length > 0 && `In use: ${used.join(", ")}. Stop the program there, or take another port.`,
    kept.length > 0 && `Kept by the system: ${kept.join(", ")}. Take another port.`,
  ].filter(Boolean);
  if (words.length === 0) return fine("The ports 3000 to 3004 and those of the exercises are free.");
  const concerned = exercises.find(({ number }) => [...used, ...kept].includes(3100 + Number(number)));
  const command = concerned ? `npm run exercise ${concerned.number} PORT=41${concerned.number}` : "npm start PORT=4000";
  return mend(`${words.join(" ")} For example: ${command}`);
}

/** The code of the error when a port is not free at both loopback addresses: a browser tries both for localhost. */
async function refusalOf(port: number): Promise<string | undefined> {
  try {
    for (const server of await listenAt(createServer(), port)) server.close();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

async function browser(): Promise<Finding> {
  try {
    const found = await openBrowser();
    const version = found.version();
    await found.close();
    return fine(`The checks can use a browser: Chromium ${version}.`);
  } catch (error) {
    return mend(`The checks have no browser. ${firstLine((error as Error).message)}`);
  }
}

async function tls(): Promise<Finding> {
  try {
    const { validTo } = new X509Certificate((await certificate()).cert);
    return fine(
      `The certificate of http2-push is valid until ${validTo}. Accept it once: http2-push/README.md says how.`,
    );
  } catch (error) {
    return mend(`http2-push has no certificate. ${firstLine((error as Error).message)}`);
  }
}

/**
 * A server that says how the browser of the learner comes to it: over TLS, because another project made localhost HTTPS-only (HSTS), or
 * past a service worker that another project has left. It is `say` that gets the words.
 */
export function reception(say: (finding: Finding) => void): Server {
  const server = createServer((req, res) => {
    if (req.url === "/found") {
      say(
        req.headers["x-workers"] === "0"
          ? fine("The page has loaded over plain HTTP, and no service worker is in between.")
          : mend(
              "Another project's service worker is registered at this address. Press the button in the page to remove it.",
            ),
      );
      return res.writeHead(204).end();
    }
    if (req.url === "/doctor.js") return res.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
    return res.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" }).end(page);
  });
  server.on("clientError", (error: Error & { rawPacket?: Buffer }, socket) => {
    socket.destroy();
    if (error.rawPacket?.[0] !== 22) return; // the first byte of a TLS handshake
    say(
      mend(
        'The browser speaks TLS to this address: another project has told it that localhost is HTTPS only (HSTS). In Chrome and Edge, open chrome://net-internals/#hsts and type localhost under "Delete domain security policies". In Firefox, forget the site localhost in the history. Or use http://127.0.0.1 in its place.',
      ),
    );
  });
  return server;
}

const page = `<!doctype html>
<html lang="en">
  <title>npm run doctor</title>
  <link rel="icon" href="data:," />
  <h1>npm run doctor</h1>
  <p id="words"></p>
  <button id="remove" hidden>Remove the service worker</button>
  <script type="module" src="/doctor.js"></script>
</html>`;

const script = `const workers = await navigator.serviceWorker.getRegistrations();
document.getElementById("words").textContent = workers.length === 0
  ? "All is well here. You may close this page."
  : "Another project's service worker is registered at this address: " + workers.map((each) => each.scope).join(", ");
const button = document.getElementById("remove");
button.hidden = workers.length === 0;
button.addEventListener("click", async () => {
  for (const each of workers) await each.unregister();
  location.reload();
});
await fetch("/found", { headers: { "X-Workers": workers.length } });
`;

/** Waits for the browser of the learner at the port that most projects use. */
export async function doctorOfBrowser(): Promise<void> {
  const port = 3000;
  await listenAt(
    reception(({ ok, words }) => console.log(`${ok ? "ok  " : "MEND"}  ${words}`)),
    port,
  ).catch(() => {
    console.error(`Port ${port} is in use. Stop the program that uses it, and try again.`);
    process.exit(1);
  });
  console.log(`Open http://localhost:${port} in your browser. Ctrl-C ends.`);
  console.log(
    "If you see another page there, and nothing appears here, another project's service worker answers in our place:",
  );
  console.log("F12, Application, Service workers, Unregister (in Firefox: about:debugging#/runtime/this-firefox).\n");
}
