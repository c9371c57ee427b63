// `npm run http2-push:promise`: asks for the page twice, as browsers do today and as they did when they still took a push. Node's
// own HTTP/2 client still takes one.
import { once } from "node:events";
import { type ClientHttp2Stream, connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { pathToFileURL } from "node:url";
import { Log } from "../../shared-chat/log.ts";
import { chatOf } from "../../shared-server/chat-server.ts";
import { cannotStart } from "../../shared-server/command.ts";
import { listen, type Running } from "../../shared-server/start.ts";
import { serve } from "../server.ts";
import { pushPromise } from "./push-promise.ts";

/** Starts the variant, with server push added from the outside: its code does not know of it. */
export async function startWithPush(): Promise<Running> {
  const closing = new AbortController();
  const server = await serve(chatOf({ log: new Log(), closing: closing.signal }));
  server.on("stream", pushPromise);
  return listen(server, closing, 0);
}

export interface Arrival {
  how: "requested" | "pushed";
  path: string;
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  body: Buffer;
}

/** Asks one of our own servers for a path once, and returns everything that came of it. */
export async function ask(port: number, path: string, enablePush: boolean): Promise<Arrival[]> {
  // The certificate does not matter here: there is nobody between two ends of one process.
  const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false, settings: { enablePush } });
  const closed = once(session, "close");
  const arrivals: Promise<Arrival>[] = [];

  // A promise arrives as a stream that nobody opened here. Its answer comes with the event "push".
  session.on("stream", (stream, request) => {
    arrivals.push(read("pushed", request[":path"] ?? "", stream, once(stream, "push")));
  });
  const stream = session.request({ ":path": path });
  arrivals.push(read("requested", path, stream, once(stream, "response")));

  await arrivals[0]; // by now every promise has been made: they come before the answer that needs them
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
  const running = await startWithPush().catch((error) => cannotStart(error, 0, 0));
  for (const enablePush of [false, true]) {
    console.log(
      `\nA client ${enablePush ? "that allows push" : "as browsers are today"} (SETTINGS_ENABLE_PUSH = ${Number(enablePush)}) asks for /`,
    );
    for (const { how, path, headers, body } of await ask(running.port, "/", enablePush))
      console.log(
        `  ${how.padEnd(9)}  ${path.padEnd(10)}  ${headers[":status"]}  ${String(body.length).padStart(7)} bytes`,
      );
  }
  console.log(
    "\nHow to read this: the first client gets the page alone, and must ask for each file when it meets it in the page. The second" +
      "\ngets the files with the page. Chat messages are not files that a page will ask for, so push never carried them.",
  );
  await running.stop();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await show();
