import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  const connection = [/\.emit\(/, /TODO/, /"connection"/];
  await t.posts("one");
  const bob = await t.links();
  const before = bob.events.length;
  const cyd = await t.links();
  await bob.settles();
  t.needs(
    cyd.texts.includes("one") || bob.events.length === before,
    "Cyd connects, and what was said goes to the others. socket.broadcast leaves out the one who has come: use socket.emit.",
    "server.ts",
    ...connection,
  );
  t.needs(
    !cyd.events.includes("msg:get") || cyd.messages.length > 0 || cyd.cursor !== undefined,
    "Cyd connects, and msg:get brings something else than { msg, cursor }. Send what update(…) returns, as it is.",
    "server.ts",
    ...connection,
  );
  t.needs(
    bob.texts.includes("one") && cyd.texts.includes("one"),
    "Cyd connects, and hears nothing of what was said before she came. Emit msg:get to each socket as soon as it is connected.",
    "server.ts",
    ...connection,
  );
  t.needs(
    bob.events.length === before,
    "Cyd connects, and Bob gets everything once more. io.emit sends to all: socket.emit sends to the one who has come.",
    "server.ts",
    ...connection,
  );
  t.needs(
    typeof bob.cursor === "string",
    "msg:get brings messages without a cursor, so a page cannot say where to continue. Send what update(…) returns.",
    "server.ts",
    ...connection,
  );
  await t.posts("two");
  const back = await t.links({ since: bob.cursor });
  t.needs(
    !back.texts.includes("one"),
    "A page that comes back with its cursor gets everything again. The cursor is in socket.handshake.auth.since.",
    "server.ts",
    /since/,
    ...connection,
  );
  t.needs(
    back.texts.join() === "two",
    "A page comes back with its cursor, and does not get what was said since then.",
    "server.ts",
    /since/,
    ...connection,
  );

  const tap = await t.taps();
  const ada = await t.opens();
  const reads = async () => (await ada.reads()).join();
  const get = [/"msg:get"/, /TODO/];
  const state = () => ada.page.locator("#state").textContent();
  const auth = [/auth/, /io\(/];
  await t.until(
    async () => (await state()) === "connected",
    "Ada opens the page, and it never connects. If `auth` is a function, it must call the function that it gets: what it returns is ignored.",
    "client.ts",
    ...auth,
  );
  await t.until(
    async () => (await reads()) === "one,two",
    "Ada opens the page, and it does not show what msg:get brings. Listen to it with socket.on, add its messages to yours, and show them.",
    "client.ts",
    ...get,
  );
  const brought: string[] = []; // by the connections after the first
  ada.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => brought.push(String(payload))));
  tap.refuse();
  tap.cut();
  await t.until(
    async () => {
      await ada.passes(10); // long polling reports its errors with a timer
      return (await state()) === "reconnecting";
    },
    'The connection is cut, and the page does not say "reconnecting".',
    "client.ts",
    /"disconnect"/,
    /io\(/,
  );
  await t.posts("three");
  await tap.accept();
  await t.until(
    async () => {
      await ada.passes(1_000);
      return (await reads()).includes("three");
    },
    "The server is reachable again, and the page does not show what was said meanwhile: Socket.IO comes back, and msg:get comes with each connection.",
    "client.ts",
    ...get,
  );
  const texts = await ada.reads();
  const times = (text: string) => texts.filter((each) => each === text).length;
  t.needs(
    times("one") > 0,
    "The page has come back, and what it showed before is gone. msg:get brings what is new since the cursor: add it to what is there.",
    "client.ts",
    /show\(/,
    ...get,
  );
  t.needs(
    times("one") === 1,
    "The page has come back, and shows everything twice: it says the cursor that it had at first, or none. `auth` must be a function, which is called for each connection and sends { since: cursor }.",
    "client.ts",
    ...auth,
  );
  t.needs(
    times("three") === 1,
    'The page has come back, and shows what is new twice: it has two listeners. "connect" comes with each connection, and the socket stays the same: listen to msg:get once, outside of it.',
    "client.ts",
    ...get,
  );
  t.needs(
    !brought.some((frame) => frame.includes('"text":"one"')),
    "The page has come back, and the server has sent everything again: the page removes what it knows, and does not say its cursor. Say { since: cursor } in `auth`.",
    "client.ts",
    ...auth,
  );

  await ada.loads();
  await t.until(
    async () => (await reads()) === "one,two,three",
    "Ada loads the page again, and it does not show what was said. A page that begins without messages must begin without a cursor: keep it in a variable.",
    "client.ts",
    /Storage|cookie/,
    /cursor/,
  );
}
