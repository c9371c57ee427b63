// Two clients for a technique that is not one of the four yet, over HTTP/1.1: exercise 20 of the workshop. They speak as the page does.
import { once } from "node:events";
import http from "node:http";
import { type Connect, jsonPost, NotAdmitted, outcomeOf, query, requestHttp, type Wire, wires } from "./wires.ts";

const connectStream: Connect = async (person, port) => {
  const { headers = {} } = person.options;
  const request = http.get({ host: "127.0.0.1", port, path: `/msgs${query(person)}`, headers });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const { statusCode = 0, headers: answered } = response;
  const type = answered["content-type"];
  if (statusCode !== 200 || type !== "text/event-stream") request.destroy();
  if (statusCode !== 200) throw new NotAdmitted(statusCode);
  if (type !== "text/event-stream") throw new Error(`The Content-Type is ${type}, not text/event-stream.`);
  let rest = ""; // chunks end anywhere, events end with an empty line
  response.setEncoding("utf8").on("data", (chunk: string) => {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop()!;
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s, 2)));
      if (fields.event === "msg:get") person.update(JSON.parse(fields.data));
      else if (fields.data) person.disconnected(`an event is called "${fields.event ?? "message"}", and not "msg:get"`);
    }
  });
  response.on("error", () => {}).on("close", () => person.disconnected(response.complete ? "the end" : "cut"));
  return {
    post: async (draft) => outcomeOf(await requestHttp(port, jsonPost(draft, headers))),
    leave: () => request.destroy(),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
  };
};

/** The first request is answered at once, so that a page knows that it is connected. The others have `wait`. */
const connectLongPolling: Connect = async (person, port) => {
  const { headers = {} } = person.options;
  const agent = new http.Agent({ keepAlive: true });
  let left = false;
  const ask = async (wait = "") => {
    const since = String(person.cursor);
    const asked = { method: "GET", path: `/msgs${query(person)}${wait}`, headers };
    const { status, text } = await requestHttp(port, asked, agent);
    if (left) return;
    if (status === 204) person.update({ msg: [], cursor: since });
    else if (status === 200) person.update(JSON.parse(text));
    else throw new NotAdmitted(status);
  };
  const leave = (how: unknown) => {
    left = true;
    agent.destroy();
    person.disconnected(String((how as NodeJS.ErrnoException).code ?? how));
  };
  const loop = async () => {
    for (;;) {
      await ask("&wait=true");
      if (left) return;
    }
  };
  await ask();
  loop().catch(leave);
  return {
    post: async (draft) => outcomeOf(await requestHttp(port, jsonPost(draft, headers))),
    leave: () => leave("left"),
  };
};

const [polling, http2Push] = wires as [Wire, Wire];

/** Posts, and what is refused, are as in polling. */
export const longPolling: Wire = { ...polling, connect: connectLongPolling };

/** Server-Sent Events. */
export const eventStream: Wire = {
  ...polling,
  connect: connectStream,
  endpoints: http2Push.endpoints,
  continuesFrom: "Last-Event-ID",
  endOnShutdown: /^the end$/,
  endWhenCut: /^(the end|cut)$/,
};
