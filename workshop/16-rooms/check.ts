import { type Device, draftOf } from "../device.ts";
import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  const enter = [/TODO/, /\.join\(/, /"room:enter"/];
  const emit = [/\.emit\("msg:get"/, ...enter];
  const bob = await t.links();
  const cyd = await t.links();
  const eve = await t.links();
  /** Enters a room, and resolves with what the answer brings. */
  const enters = async (who: Device, room: string, since = "") => {
    const answer = (await who.asks("room:enter", room, since)) as { msg: { text: string }[]; cursor: string };
    t.needs(answer?.msg && answer.cursor, "Whoever enters a room gets no answer with msg and cursor.", "server.ts");
    return { texts: answer.msg.map(({ text }) => text), cursor: answer.cursor };
  };
  /** Says this. Afterwards everybody has heard all that they will hear of it. */
  const says = async (who: Device, text: string) => {
    await who.asks("msg:post", draftOf(text));
    for (const each of [bob, cyd, eve]) await each.settles();
  };
  await enters(bob, "garden");
  await enters(eve, "garden");
  await enters(cyd, "lobby");
  await says(bob, "rose");
  t.needs(
    cyd.events.length === 0,
    "Bob says something in the garden, and the server sends it to Cyd in the lobby, too. What a page gets, a person can read, whatever the page shows. io.to(room) sends to those who have joined it.",
    "server.ts",
    ...emit,
  );
  t.needs(
    eve.texts.includes("rose") || bob.texts.includes("rose"),
    "Bob says something in the garden, and nobody there gets it. io.to(room) sends to those who have joined it, and have not left it again: socket.join.",
    "server.ts",
    ...enter,
  );
  t.needs(
    bob.texts.includes("rose"),
    "Bob says something in the garden, and all there get it but Bob. socket.to leaves out the author: use io.to.",
    "server.ts",
    ...emit,
  );
  t.needs(
    eve.texts.join() === "rose" && bob.texts.join() === "rose",
    "Bob says something in the garden, and not everybody there gets it, once.",
    "server.ts",
    ...emit,
  );
  await says(cyd, "hello");
  t.needs(
    cyd.events.length === 0 || cyd.texts.length > 0,
    "Cyd says something in the lobby, and those who are there get an update without it. slice(seen) counts the messages of all rooms, so it comes before the filter.",
    "server.ts",
    /\.filter\(/,
    ...emit,
  );
  t.needs(
    cyd.texts.join() === "hello" && eve.texts.join() === "rose",
    "Cyd says something in the lobby, and it does not come to those in the lobby alone.",
    "server.ts",
    ...emit,
  );

  const dan = await t.links();
  const before = [/slice\(/, ...enter];
  const lobby = await enters(dan, "lobby");
  t.needs(
    !lobby.texts.includes("rose"),
    "Dan enters the lobby, and gets what was said in the garden before. The answer must bring the messages of this room alone.",
    "server.ts",
    ...before,
  );
  t.needs(
    lobby.texts.join() === "hello",
    "Dan enters the lobby, and does not get what was said there before: the answer brings all that came after the cursor, and without one everything.",
    "server.ts",
    /ack\(update/,
    ...before,
  );
  const again = await enters(dan, "lobby", lobby.cursor);
  t.needs(
    again.texts.length === 0,
    "Dan comes back to the lobby with his cursor, and gets once more what he has read. The cursor must count what slice(seen) counts: the messages of all rooms.",
    "server.ts",
    /cursor: /,
    ...before,
  );
  await says(bob, "tulip");
  const garden = await enters(dan, "garden", again.cursor);
  t.needs(
    garden.texts.join() === "tulip",
    "Somebody comes back to the garden with a cursor, and does not get exactly what was said there since then.",
    "server.ts",
    ...before,
  );

  await enters(dan, "garden", garden.cursor); // as from # to #lobby, which is the same room
  await enters(bob, "lobby");
  const heard = bob.texts.length;
  await says(eve, "lily");
  t.needs(
    bob.texts.length === heard,
    "Bob goes from the garden to the lobby, and still gets what is said in the garden. join does not end what was before: socket.leave, with the name of the room that he comes from.",
    "server.ts",
    /\.leave\(/,
    ...enter,
  );
  await dan.settles();
  t.needs(
    dan.texts.includes("lily"),
    "Dan enters the garden while he is there, and hears nothing from then on: he has left the room that he has just joined. First socket.leave, then socket.join.",
    "server.ts",
    /\.leave\(/,
    ...enter,
  );
  await says(bob, "back");
  t.needs(
    cyd.texts.includes("back") && bob.texts.includes("back") && !eve.texts.includes("back"),
    "Bob has gone to the lobby, and what he says now is not heard in the lobby alone. Keep where he is each time that he enters a room.",
    "server.ts",
    ...enter,
  );

  const ada = await t.opens();
  const shows = async (...texts: string[]) => (await ada.reads()).join() === texts.join();
  await t.until(
    () => shows("hello", "back"),
    "Ada opens the page, and it does not show what was said in the lobby, and that alone.",
    "server.ts",
    ...before,
  );
  await ada.page.evaluate(() => void (location.hash = "garden"));
  await t.until(
    () => shows("rose", "tulip", "lily"),
    "Ada goes to the garden, and her page does not show what was said there, and that alone.",
    "server.ts",
    ...before,
  );
  await ada.says("daisy");
  await t.until(
    () => eve.texts.includes("daisy"),
    "Ada says something in the garden, and Eve, who is there, does not read it.",
    "server.ts",
    ...emit,
  );
  await cyd.settles();
  t.needs(
    !cyd.texts.includes("daisy"),
    "Ada says something in the garden, and Cyd reads it in the lobby.",
    "server.ts",
  );
}
