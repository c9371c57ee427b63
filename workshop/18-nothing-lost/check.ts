import type { Tester } from "../tester.ts";

/** In the page, before client.ts: notes its handshakes, counts its closed connections and the drafts that it sends, and can lose the acknowledgements on their way. */
const wire = `
  globalThis.handshakes = [];
  globalThis.closes = 0;
  globalThis.drafts = 0;
  globalThis.acks = 0;
  globalThis.losesAcks = false;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("close", () => closes++);
      this.addEventListener("message", (event) => {
        if (!/^43/.test(event.data)) return;
        if (losesAcks) event.stopImmediatePropagation();
        else acks++;
      });
    }
    send(data) {
      if (/^42.*"msg:post"/.test(data)) drafts++;
      if (/^40/.test(data)) handshakes.push(data);
      super.send(data);
    }
  };
`;

export default async function check(t: Tester): Promise<void> {
  const get = [/since/, /emit\("msg:get", \{ msg: (?!\[)/, /"connection"/];
  const post = [/draftId/, /"msg:post"/];
  let bob = await t.links();
  const says = async (text: string, draftId: string = crypto.randomUUID()) => bob.says({ user: "Bob", text, draftId });
  /** Waits for what is still on its way to Bob. */
  const heard = async (text: string) => {
    await says(text);
    await t.until(
      () => bob.texts.includes(text) || !t.runs,
      "Bob says something, and does not hear it.",
      "server.ts",
      ...post,
    );
    t.needs(t.runs, "Bob says something, and the server ends.", "server.ts", ...post);
  };
  /** Somebody comes with this cursor, and has heard what was said before. */
  const comes = async (since?: string) => {
    const device = await t.links(since === undefined ? {} : { since });
    await t.until(
      () => device.updates > 0,
      "Somebody connects, and gets no update. Send one to each, also when nothing is new: it has the cursor.",
      "server.ts",
      ...get,
    );
    return device;
  };

  // The server.
  await heard("one");
  const cyd = await comes();
  t.needs(cyd.texts.join() === "one", "A newcomer must get what was said before.", "server.ts", ...get);
  const first = cyd.cursor!;
  t.needs(
    typeof first === "string" && typeof bob.cursor === "string",
    "An update has no cursor, so nobody can say where they stopped. It must be { msg, cursor }, and the cursor a string.",
    "server.ts",
    /emit\("msg:get", \{ msg(?!.*cursor)/,
    ...get,
  );
  await heard("two");
  const back = await comes(first);
  t.needs(
    back.texts.join() === "two" && back.resets === 0,
    "Cyd comes back with her cursor, and gets more than what she has missed. The cursor is in socket.handshake.auth.since.",
    "server.ts",
    ...get,
  );
  t.needs(
    bob.cursor === back.cursor,
    "An update that brings a new message has no cursor, or not the one after that message. Whoever hears it would continue from the wrong place.",
    "server.ts",
    /emit\("msg:get", \{ msg: \[/,
    ...get,
  );
  await heard("yes");
  await says("yes");
  await heard("three");
  t.needs(
    bob.texts.filter((text) => text === "yes").length === 2,
    "Bob says yes twice, to two questions, and one of them is lost. Two drafts with the same text are two drafts: only draftId says which is which.",
    "server.ts",
    /\.text === /,
    ...post,
  );
  const draftId = crypto.randomUUID();
  const original = await says("once", draftId);
  let repeat: Awaited<typeof original>;
  void says("once", draftId).then((answer) => (repeat = answer));
  await heard("four");
  t.needs(
    bob.texts.filter((text) => text === "once").length === 1,
    "The acknowledgement of a draft is lost, so it is sent again, with the same draftId. The server says it a second time.",
    "server.ts",
    ...post,
  );
  await t.until(
    () => repeat?.message && repeat.message.id === original?.message?.id,
    "A draft that is sent again gets another answer than the first time, or none. Its sender waits for { message }: answer with the message that was accepted.",
    "server.ts",
    ...post,
  );
  const last = bob.cursor;
  await t.stops();
  await t.starts();
  bob = await t.links();
  for (const text of ["new one", "new two", "new three", "new four", "new five", "new six", "new seven", "new eight"])
    await heard(text);
  const lost = await comes(last);
  t.needs(
    lost.texts.join() === bob.texts.join(),
    "The server has started again with a new list, and a page continues with the cursor of the old one: it misses the beginning of the new one. A cursor must say of which list it is.",
    "server.ts",
    ...get,
  );
  t.needs(
    lost.resets === 1,
    "The server sends the new list to a page that has an old one, and does not say so: the page would add one to the other. Add reset: true to the update.",
    "server.ts",
    ...get,
  );

  // The page.
  const tap = await t.taps();
  const ada = await t.opens({ waits: false });
  await ada.page.context().addInitScript(wire);
  await ada.loads();
  const number = (name: string) => ada.page.evaluate<number>(name);
  /** Lets a moment pass in the page, in which it comes back and tries again. */
  const soon = async (holds: () => Promise<boolean> | boolean) => {
    await ada.passes(300);
    return holds();
  };
  const shows = (text: string) => soon(async () => (await ada.reads()).includes(text));
  const io = [/retries/, /emitWithAck|\.emit\("msg:post"/, /\bio\(/];
  const auth = [/auth/, /\bio\(/];
  await t.until(() => shows("new eight"), "The page does not show what was said before.", "client.ts", /"msg:get"/);

  const beforeTunnel = bob.cursor;
  tap.refuse();
  tap.cut();
  await t.until(async () => (await number("closes")) > 0, "The page does not notice that its connection was cut.");
  await ada.says("from the tunnel");
  await says("meanwhile");
  await ada.passes(12_000);
  await tap.accept();
  await t.until(
    () => shows("meanwhile"),
    "The network is there again, and the page does not show what was said meanwhile.",
    "client.ts",
    ...auth,
  );
  await t.until(
    () => soon(() => bob.texts.includes("from the tunnel")),
    "Ada says something while the network is away for twelve seconds. It is there again, and what she said is never sent.",
    "client.ts",
    ...io,
  );
  const tries = await number("drafts");
  await ada.says("in the light");
  await t.until(
    () => soon(async () => bob.texts.includes("in the light") || (await number("drafts")) > tries + 30),
    "Ada says something, the network is there, and Bob does not read it.",
    "client.ts",
    ...io,
  );
  t.needs(
    bob.texts.includes("in the light") && (await ada.page.locator("#problem").textContent()) === "",
    "The server has answered, and the page takes the answer for an error: so it repeats the draft, or says that it has failed. With retries, Socket.IO needs ackTimeout, too.",
    "client.ts",
    ...io,
  );
  await says("after the tunnel");
  await t.until(() => shows("after the tunnel"), "The page does not show what Bob says.", "client.ts", /"msg:get"/);
  t.needs(
    (await ada.page.evaluate<string[]>("handshakes")).some((each) => each.includes(JSON.stringify(beforeTunnel))),
    "The page comes back, and gets everything once more: it has sent the cursor with which it began, or none. auth can be a function, which Socket.IO calls for each connection.",
    "client.ts",
    ...auth,
  );
  t.needs(
    (await ada.reads()).join() === bob.texts.join(),
    "After the outage the page does not show the same as Bob's: each message once, in the order of the server.",
    "client.ts",
    /"msg:get"/,
  );

  const answered = await number("acks");
  tap.freeze();
  await ada.says("into the dark");
  await ada.passes(30_000);
  tap.cut();
  tap.thaw();
  await t.until(
    () => soon(() => bob.texts.includes("into the dark")),
    "Ada says something over a connection that is dead, and nobody notices for half a minute. Then she is back, and it is never sent again. That it was sent says nothing: only the acknowledgement says that it has arrived, so try until it comes.",
    "client.ts",
    ...io,
  );

  await t.until(
    () => soon(async () => (await number("acks")) > answered), // or the next draft would wait for it
    "What Ada says arrives, and the page gets no acknowledgement.",
    "client.ts",
    ...io,
  );
  await ada.page.evaluate("losesAcks = true");
  const before = await number("drafts");
  await ada.says("important");
  await t.until(
    () => soon(() => bob.texts.includes("important")),
    "What Ada says does not arrive.",
    "client.ts",
    ...io,
  );
  await ada.page.evaluate("losesAcks = false; acks = 0");
  tap.cut();
  await t.until(
    () => soon(async () => (await number("drafts")) > before + 1 && (await number("acks")) > 0),
    "What Ada says has arrived, and its acknowledgement is lost. The page cannot know which of the two was lost: it must send the draft again.",
    "client.ts",
    ...io,
  );
  await heard("the end");
  t.needs(
    bob.texts.filter((text) => text === "important").length === 1,
    "The acknowledgement is lost, the page sends the draft again, and everybody reads it twice: each try has another draftId. It must be the same for all tries.",
    "client.ts",
    /randomUUID/,
    ...io,
  );

  await t.stops();
  await t.starts();
  bob = await t.links();
  await heard("anew");
  await t.until(
    () => shows("anew"),
    "The server has started again, and the page does not show what is said now.",
    "client.ts",
    /reset/,
    /"msg:get"/,
  );
  t.needs(
    (await ada.reads()).join() === "anew",
    "The server has started again with a new list, and the page adds it to the old one. When an update says reset, begin anew.",
    "client.ts",
    /reset/,
    /"msg:get"/,
  );
}
