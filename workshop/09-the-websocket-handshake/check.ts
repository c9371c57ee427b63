import { createHash, randomBytes } from "node:crypto";
import type { Tester } from "../tester.ts";

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const sha1 = (text: string | Buffer) => createHash("sha1").update(text);
const acceptFor = (key: string) => sha1(key + guid).digest("base64");

export default async function check(t: Tester): Promise<void> {
  const upgrade = /"upgrade"/;
  const key = "dGhlIHNhbXBsZSBub25jZQ=="; // the example of RFC 6455
  await t.posts("one"); // so that there is something to send to each newcomer
  const answer = await t.upgrades({ "Sec-WebSocket-Key": key });
  t.needs(
    answer.status !== undefined,
    "The page asks for an upgrade, and what comes back is no answer in HTTP. It must begin with: HTTP/1.1 101 Switching Protocols",
    "server.ts",
    /101/,
    /TODO/,
    upgrade,
  );
  t.needs(
    answer.status === 101,
    `The page asks for an upgrade, and the server answers ${answer.status} in the place of 101. It must admit its own page: the Origin of that is http:// and what the page asked for in Host.`,
    "server.ts",
    /origin/,
    upgrade,
  );
  t.needs(
    !/[^\r]\n/.test(answer.head),
    "The lines of the answer must end with \\r\\n, and here one ends with \\n alone. That is also how a line ends that you break in a template literal.",
    "server.ts",
    /101/,
    upgrade,
  );
  t.needs(
    answer.ends,
    "The head of the answer never ends, so the browser waits. After the last header comes an empty line: \\r\\n\\r\\n",
    "server.ts",
    /101/,
    upgrade,
  );
  const { headers } = answer;
  t.needs(
    headers.get("Upgrade")?.toLowerCase() === "websocket" && headers.get("Connection")?.toLowerCase() === "upgrade",
    "The answer must have these two headers: Upgrade: websocket and Connection: Upgrade",
    "server.ts",
    /101/,
    upgrade,
  );
  const accept = headers.get("Sec-WebSocket-Accept");
  const hash = [/createHash/, /Sec-WebSocket-Accept/];
  t.needs(accept, "The answer has no header Sec-WebSocket-Accept.", "server.ts", ...hash, /101/);
  t.needs(
    accept !== sha1(key).digest("base64"),
    "Sec-WebSocket-Accept is the hash of the key alone. It must be the hash of the key with the GUID after it.",
    "server.ts",
    ...hash,
  );
  t.needs(
    accept !== sha1(guid + key).digest("base64"),
    "Sec-WebSocket-Accept is the hash of the GUID with the key after it. It must be the other way round: the key, and the GUID after it.",
    "server.ts",
    ...hash,
  );
  t.needs(
    accept !== acceptFor("undefined"),
    'In the place of the key, "undefined" was hashed. Node writes the names of headers in lower case: req.headers["sec-websocket-key"].',
    "server.ts",
    /Sec-WebSocket-Key/i,
    ...hash,
  );
  t.needs(
    accept !== sha1(key + guid).digest("hex"),
    "Sec-WebSocket-Accept is the right hash in the wrong writing: in hexadecimal digits. It must be in base64.",
    "server.ts",
    ...hash,
  );
  t.needs(
    accept !== sha1(Buffer.concat([Buffer.from(key, "base64"), Buffer.from(guid)])).digest("base64"),
    "The key was decoded before it was hashed. It looks like base64, but it is hashed as the text that it is.",
    "server.ts",
    /base64"\)[^;]*\bguid\b|from\(/,
    ...hash,
  );
  t.needs(
    accept === acceptFor(key),
    `Sec-WebSocket-Accept is wrong. For the key ${key} it must be ${acceptFor(key)}, and here it is ${accept}. Is it SHA-1, of the key as it came and the GUID, with nothing between them?`,
    "server.ts",
    ...hash,
  );
  const random = randomBytes(16).toString("base64");
  const other = await t.upgrades({ "Sec-WebSocket-Key": random });
  t.needs(
    other.headers.get("Sec-WebSocket-Accept") === acceptFor(random),
    "Sec-WebSocket-Accept is right for one key only. Each connection has a key of its own: req.headers has it.",
    "server.ts",
    ...hash,
  );

  const { port } = new URL(t.url);
  const origin = [/if \(.*\borigin\b/, /\borigin\b/, upgrade];
  const stranger = await t.upgrades({ Origin: "https://evil.example" });
  t.needs(
    stranger.status !== 101,
    "A page of https://evil.example may connect, and read all that is said. A browser lets any page open a WebSocket to any server: the server must look at Origin.",
    "server.ts",
    ...origin,
  );
  for (const alike of [
    `http://localhost:${port}.evil.example`,
    `http://evil-localhost:${port}`,
    "http://localhost:1",
    `https://localhost:${port}`,
  ]) {
    const { status } = await t.upgrades({ Origin: alike });
    t.needs(
      status !== 101,
      "A page whose Origin only resembles ours may connect, such as http://localhost:PORT.evil.example. Compare the whole of it, with scheme, name and port.",
      "server.ts",
      ...origin,
    );
  }
  const nobody = await t.upgrades({ Origin: "null" });
  t.needs(
    t.runs,
    'A page with the Origin "null" asks, as one from a file does, and the server ends for all: new URL throws for what is no address. Compare the text.',
    "server.ts",
    /new URL\(/,
    ...origin,
  );
  t.needs(
    nobody.status !== 101,
    'A page with the Origin "null" may connect, and any site can have one: an iframe with sandbox. An Origin that is there must be ours.',
    "server.ts",
    ...origin,
  );
  t.needs(
    stranger.status === 403,
    "A page of another site is not let in, but hears no reason. The answer must begin with: HTTP/1.1 403 Forbidden",
    "server.ts",
    ...origin,
  );
  t.needs(
    stranger.ends,
    "The head of the answer 403 never ends, so a browser does not take it for one. After the last line comes an empty line: \\r\\n\\r\\n",
    "server.ts",
    /403/,
    ...origin,
  );
  await t.until(
    () => stranger.socket.destroyed,
    "A page of another site hears 403, and its connection stays open, so it may get what is said. socket.end hangs up, and return leaves the rest out.",
    "server.ts",
    /403/,
    ...origin,
  );
  const tool = await t.upgrades({ Origin: "" });
  t.needs(
    tool.status === 101,
    "A client without an Origin is refused. It is not a page but a program, which could send any Origin: let it in.",
    "server.ts",
    ...origin,
  );
  const plain = await t.asks("/msgs");
  t.needs(
    plain.status === 426,
    `GET /msgs without an upgrade is answered with ${plain.status}. 426 Upgrade Required says what is missing.`,
    "server.ts",
    /\.(get|all|use)\("\/msgs"/,
    /app\.use/,
  );
  t.needs(
    /websocket/i.test(plain.headers.get("Upgrade") ?? ""),
    "GET /msgs is answered with 426, and the answer does not say to what it must be upgraded. Send the header Upgrade: websocket with it.",
    "server.ts",
    /426/,
  );

  t.needs(
    !answer.socket.destroyed,
    "The server answers 101 and hangs up, so nothing can be sent any more. socket.end writes and hangs up, socket.write only writes.",
    "server.ts",
    /\.end\(.*101/,
    /101/,
  );
  const ada = await t.opens();
  await t.until(
    async () => (await ada.reads()).includes("one"),
    "The browser is connected, and shows nothing: after the handshake, the server must send what was said before.",
    "server.ts",
    /of messages/,
  );
  await t.posts("two");
  await t.until(
    async () => (await ada.reads()).includes("two"),
    "Bob says something, and the connected page does not show it: its socket must be among those that get each message.",
    "server.ts",
    /sockets\.add/,
  );
}
