import type { Tester } from "../tester.ts";

const mask = [0x37, 0xfa, 0x21, 0x3d]; // the example of RFC 6455
const monotone = [0x5a, 0x5a, 0x5a, 0x5a];
const text = 1;
const continuation = 0;
const ping = 9;

/** A line like this that is not one of textFrame, which is given. */
const own = (line: RegExp) => new RegExp(`^(?!.*\\bhead\\b).*(?:${line.source})`);

/** A frame as a browser sends it. `last` is its bit FIN. */
function frame(payload: Buffer, { last = true, opcode = text, masks = mask } = {}): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (last ? 0x80 : 0) + opcode;
  head[1] = 0x80 + (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, Buffer.from(masks), payload.map((byte, i) => byte ^ masks[i % 4]!)]);
}

/** What Ada says, as the payload of a frame. With a size, it is filled up to so many bytes. */
function said(words: string, size = 0): Buffer {
  const payload = (more: string) =>
    Buffer.from(JSON.stringify({ event: "msg:post", data: { user: "Ada", text: words + more } }));
  return payload(".".repeat(Math.max(0, size - payload("").length)));
}

export default async function check(t: Tester): Promise<void> {
  const bob = await t.dials();
  const hears = (words: string) => bob.texts.some((heard) => heard.startsWith(words));
  const reader = [/TODO/, /frameReader/];
  const unmask = [/\^/, ...reader];
  const without = [0, 0, 0, 0]; // a mask that changes nothing
  const first = await t.upgrades();
  first.socket.write(frame(said("no mask"), { masks: without }));
  const longer = await t.upgrades(); // spaces after JSON are still JSON, so a reader that waits for too much hears her, too
  longer.socket.write(Buffer.concat([frame(said("waited"), { masks: without }), Buffer.alloc(128, " ")]));
  await t.until(
    () => hears("no mask") || hears("waited"),
    "Ada says something, and nobody hears it: frameReader does not call received with the text of her frame.",
    "frame.ts",
    ...reader,
  );
  t.needs(
    hears("no mask"),
    "Ada says something, and nobody hears it before 128 bytes more have come: the highest bit of the second byte was taken for a part of the length. It says that there is a mask. The length is in the other seven: & 0x7f.",
    "frame.ts",
    own(/\[1\]/),
    ...reader,
  );

  const answers = async () => {
    const fault = await t.asks("/").catch((error: Error) => error.message); // also when a chunk has ended the server
    t.needs(
      typeof fault !== "string" || !fault.includes("no answer"),
      "After a frame, the server answers nothing any more. Is there a loop without an end? Each round must take bytes away.",
      "frame.ts",
      /\b(for|while|do)\b/,
    );
  };
  let sent = 0;
  /**
   * Ada sends these chunks on a connection of her own. The server has read each of them before the next one comes. Then somebody
   * else says what surely arrives: whatever Bob has not heard by then, he will never hear.
   */
  const sends = async (...chunks: Buffer[]) => {
    await answers();
    const ada = await t.upgrades();
    for (const chunk of chunks) {
      ada.socket.write(chunk);
      await answers();
    }
    const last = `last ${++sent}`;
    const cyd = await t.upgrades();
    cyd.socket.write(frame(said(last), { masks: without }));
    await t.until(() => hears(last) || !t.runs, mixedUp, "frame.ts", ...state);
  };
  const mixedUp =
    "What one page sends is mixed up with what another one sends. Each connection calls frameReader once: the bytes that wait must be in a variable inside of it.";
  const state = [/^(let|const|var) /, own(/Buffer\.alloc/), ...reader];

  await sends(frame(said("one byte"), { masks: monotone }));
  t.needs(
    hears("one byte"),
    "The text is taken as it came. What a browser sends is masked: each byte of it must be XORed (^) with a byte of the mask, which stands before the text.",
    "frame.ts",
    ...unmask,
  );
  await sends(frame(said("four bytes")));
  t.needs(
    hears("four bytes"),
    "The mask has four bytes, and they take turns: byte i of the text is XORed with byte i % 4 of the mask. Here they do not.",
    "frame.ts",
    ...unmask,
  );
  await sends(frame(said("125", 125)));
  t.needs(
    hears("125"),
    "A text of 125 bytes is not read. Up to 125, the length is in the second byte itself, without its highest bit.",
    "frame.ts",
    own(/12[4-7]/),
    ...reader,
  );

  const rest = [/\(chunk\)/, own(/concat/), ...reader];
  const whole = frame(said("in the text"));
  await sends(whole.subarray(0, 40), whole.subarray(40));
  t.needs(
    hears("in the text"),
    "A frame that comes in two chunks is lost. What is left of a chunk must be kept, and the next chunk put behind it.",
    "frame.ts",
    ...rest,
  );
  const halves = frame(said("in halves"));
  const [dan, eve] = [await t.upgrades(), await t.upgrades()];
  dan.socket.write(halves.subarray(0, 40));
  await answers();
  eve.socket.write(frame(said("in between")));
  await answers();
  await sends(frame(said("from a third one")));
  t.needs(hears("in between") && hears("from a third one"), mixedUp, "frame.ts", ...state);
  const early = [frame(said("after a byte")), frame(said("in the mask"))];
  await sends(early[0]!.subarray(0, 1), early[0]!.subarray(1));
  await sends(early[1]!.subarray(0, 4), early[1]!.subarray(4));
  t.needs(
    hears("after a byte") && hears("in the mask"),
    "A chunk ends within the head of a frame, and the frame is lost. Until the length and the mask are there as well, wait for the next chunk.",
    "frame.ts",
    /\.length </,
    ...rest,
  );
  await sends(Buffer.concat([frame(said("first of two")), frame(said("second of two"))]));
  t.needs(
    hears("first of two") && hears("second of two"),
    "Two frames come in one chunk, and only the first is read. Go on until no whole frame is left.",
    "frame.ts",
    own(/\b(for|while|if) \(/),
    ...reader,
  );

  const lengths = [own(/12[67]/), ...reader];
  await sends(frame(said("126", 126)));
  await sends(frame(said("300", 300)));
  t.needs(
    hears("126") && hears("300"),
    "A text of 126 bytes or more is not read. 126 in the second byte is no length: the next two bytes are, and the mask comes after them.",
    "frame.ts",
    ...lengths,
  );
  const divided = frame(said("in the length", 300));
  await sends(divided.subarray(0, 3), divided.subarray(3));
  t.needs(
    hears("in the length"),
    "A chunk ends between the two bytes of a length, and the frame is lost. Read them when both are there.",
    "frame.ts",
    /readU?Int16/,
    ...lengths,
  );
  await sends(frame(said("65535", 65_535)));
  await t.until(
    () => hears("65535"), // it is long, and may take some time
    "A text of 65535 bytes is not read. The two bytes of the length are a number without a sign, and the first of them counts 256.",
    "frame.ts",
    /readU?Int16/,
    ...lengths,
  );
  await sends(frame(said("65536", 65_536)));
  await t.until(
    () => hears("65536"), // it is long, and may take some time
    "A text of 65536 bytes is not read. 127 in the second byte says that the length is in the next eight bytes, and the mask comes after them.",
    "frame.ts",
    /read\w+(64|32)/,
    own(/127/),
    ...reader,
  );

  const parts = [own(/opcode|0x80/), /received\(/, ...reader];
  const name = said("Zoë in pieces");
  const within = name.indexOf("ë") + 1; // ë is two bytes
  const fragments = [
    frame(name.subarray(0, within), { last: false }),
    frame(name.subarray(within), { opcode: continuation }),
  ];
  await sends(Buffer.concat(fragments));
  t.needs(
    bob.texts.some((heard) => heard.endsWith("in pieces")),
    "A message that was sent in two fragments is lost. A frame without the bit FIN is not the end: keep its payload, and call received after the last one.",
    "frame.ts",
    ...parts,
  );
  t.needs(
    hears("Zoë in pieces"),
    "A character was cut in two by the end of a fragment, and is broken. Join the bytes of the fragments first, and then make a text of them.",
    "frame.ts",
    /toString/,
    ...parts,
  );
  const between = said("around a ping");
  await sends(
    frame(between.subarray(0, 9), { last: false }),
    frame(Buffer.from("Are you there?"), { opcode: ping }),
    frame(between.subarray(9), { opcode: continuation }),
  );
  t.needs(
    hears("around a ping"),
    "A ping comes between two fragments, and is taken for one of them. Opcodes from 8 on are not part of a message.",
    "frame.ts",
    ...parts,
  );

  const ada = await t.opens();
  await ada.says("from the browser");
  await t.until(
    () => hears("from the browser"),
    "Ada says something in her browser, and Bob does not hear it.",
    "frame.ts",
    ...reader,
  );
}
