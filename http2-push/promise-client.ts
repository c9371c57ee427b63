// Asks for the page twice: as every browser does today, and as they did when a server might still push.
// The client of Node still takes a push, so here is one to look at.
import { once } from "node:events";
import { type ClientHttp2Stream, connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { pathToFileURL } from "node:url";
import { cannotStart } from "../shared-ui/server/command.ts";
import { start } from "../shared-ui/server/start.ts";

export interface Arrival {
  how: "requested" | "promised";
  path: string;
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  body: Buffer;
}

/** Asks a server of our own for a path once, and gives back everything that came of it. */
export async function ask(port: number, path: string, enablePush: boolean): Promise<Arrival[]> {
  // Whose certificate it is matters little here: nobody is between two ends of one process.
  const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false, settings: { enablePush } });
  const closed = once(session, "close");
  const arrivals: Promise<Arrival>[] = [];

  // A promise announces itself as a stream that nobody opened here. Its answer comes with the event "push".
  session.on("stream", (stream, request) => {
    arrivals.push(read("promised", request[":path"] ?? "", stream, once(stream, "push")));
  });
  const stream = session.request({ ":path": path });
  arrivals.push(read("requested", path, stream, once(stream, "response")));

  await arrivals[0]; // by now every promise is made: they come before the answer that needs them
  const all = await Promise.all(arrivals);
  session.close();
  await closed;
  return all;
}

async function read(how: Arrival["how"], path: string, stream: ClientHttp2Stream, answer: Promise<unknown[]>) {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  const [[headers]] = await Promise.all([answer, once(stream, "end")]);
  return { how, path, headers: headers as Arrival["headers"], body: Buffer.concat(chunks) };
}

async function show() {
  const running = await start("http2-push", { port: 0 }).catch((error) => cannotStart(error, 0, 0));
  for (const enablePush of [false, true]) {
    console.log(`\nGET / with SETTINGS_ENABLE_PUSH = ${Number(enablePush)}`);
    for (const { how, path, headers, body } of await ask(running.port, "/", enablePush))
      console.log(`  ${how}  ${path.padEnd(12)} ${headers[":status"]}  ${String(body.length).padStart(7)} bytes`);
  }
  console.log("\nThe first is what browsers do. They ask for the rest when they meet it in the page.");
  await running.stop();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await show();
