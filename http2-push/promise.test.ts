import { once } from "node:events";
import { connect, constants } from "node:http2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, start } from "../shared-ui/server/start.ts";
import { ask } from "./promise-client.ts";

let running: Running;
beforeAll(async () => {
  running = await start("http2-push", { port: 0 });
});
afterAll(() => running.stop());

test("Whoever allows it gets what the page needs, the same as if they had asked", async () => {
  const [page, ...promised] = await ask(running.port, "/", true);
  expect(page).toMatchObject({ how: "requested", path: "/", headers: { ":status": 200 } });
  expect(promised.map(({ how, path }) => `${how} ${path}`)).toEqual(["promised /style.css", "promised /client.js"]);

  for (const { path, headers, body } of promised) {
    const [asked, ...more] = await ask(running.port, path, true);
    expect(more).toEqual([]);
    expect(body.equals(asked!.body)).toBe(true);
    expect({ ...headers, date: "" }).toEqual({ ...asked!.headers, date: "" });
  }
});

test("Whoever does not allow it gets the page alone", async () => {
  const arrivals = await ask(running.port, "/", false);
  expect(arrivals.map(({ path }) => path)).toEqual(["/"]);
});

test("Nothing is promised with anything but the page", async () => {
  for (const path of ["/?a", "/style.css", "/nothing"]) expect(await ask(running.port, path, true)).toHaveLength(1);
});

test("A stranger who is refused the page is promised nothing", async () => {
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

test("A client that resets a promise, or leaves in the middle of one, does not end the server", async () => {
  for (const leave of ["reset", "go"]) {
    const session = connect(`https://localhost:${running.port}`, { rejectUnauthorized: false });
    session.on("error", () => {});
    session.on("stream", (promised) => {
      promised.on("error", () => {});
      if (leave === "reset") promised.close(constants.NGHTTP2_CANCEL);
      else session.destroy();
    });
    const page = session.request({ ":path": "/" }).resume();
    page.on("error", () => {});
    await once(page, "close");
    if (leave === "reset") session.close();
    if (!session.destroyed) await once(session, "close");
  }
  expect(await ask(running.port, "/", true)).toHaveLength(3);
});

test("A client that takes no more streams asks by itself", async () => {
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
