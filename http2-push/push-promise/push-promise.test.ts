import { once } from "node:events";
import { connect, constants } from "node:http2";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Running } from "../../shared-server/start.ts";
import { ask, startWithPush } from "./demo.ts";

let running: Running;
beforeAll(async () => {
  running = await startWithPush();
});
afterAll(() => running.stop());

test("A client that allows push receives the files that the page needs, with the same bytes as if it had requested them", async () => {
  const [page, ...pushed] = await ask(running.port, "/", true);
  expect(page).toMatchObject({ how: "requested", path: "/", headers: { ":status": 200 } });
  expect(pushed.map(({ how, path }) => `${how} ${path}`)).toEqual(["pushed /style.css", "pushed /client.js"]);

  for (const { path, headers, body } of pushed) {
    const [asked, ...more] = await ask(running.port, path, true);
    expect(more).toEqual([]);
    expect(body.equals(asked!.body)).toBe(true);
    expect({ ...headers, date: "" }).toEqual({ ...asked!.headers, date: "" });
  }
});

test("A client that does not allow push receives only the page", async () => {
  const arrivals = await ask(running.port, "/", false);
  expect(arrivals.map(({ path }) => path)).toEqual(["/"]);
});

test("Only a request for the page is answered with a push", async () => {
  for (const path of ["/?a", "/style.css", "/nothing"]) expect(await ask(running.port, path, true)).toHaveLength(1);
});

test("A client whose request for the page is refused receives no push", async () => {
  const session = connect(`https://localhost:${running.port}`, { rejectUnauthorized: false });
  let promises = 0;
  session.on("stream", () => promises++);
  const stream = session.request({ ":path": "/", ":authority": "elsewhere.example" });
  const [headers] = await once(stream, "response");
  stream.resume();
  await once(stream, "end");
  session.close();
  await once(session, "close");
  expect(headers[":status"]).toBe(403);
  expect(promises).toBe(0);
});

test("A client that resets a pushed stream, or disconnects in the middle of one, does not end the server", async () => {
  for (const how of ["reset", "disconnect"]) {
    const session = connect(`https://localhost:${running.port}`, { rejectUnauthorized: false });
    session.on("error", () => {});
    session.on("stream", (pushed) => {
      pushed.on("error", () => {});
      if (how === "reset") pushed.close(constants.NGHTTP2_CANCEL);
      else session.destroy();
    });
    const page = session.request({ ":path": "/" }).resume();
    page.on("error", () => {});
    await once(page, "close");
    if (how === "reset") session.close();
    if (!session.destroyed) await once(session, "close");
  }
  expect(await ask(running.port, "/", true)).toHaveLength(3);
});

test("A client that accepts no more streams still receives the page", async () => {
  const session = connect(`https://localhost:${running.port}`, {
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams: 0 },
  });
  const page = session.request({ ":path": "/" }).resume();
  const [headers] = await once(page, "response");
  await once(page, "end");
  session.close();
  expect(headers[":status"]).toBe(200);
  expect(await ask(running.port, "/", true)).toHaveLength(3);
});
