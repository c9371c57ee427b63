// What Socket.IO says, in words. Two protocols lie in each other: Engine.IO carries packets over whatever transport there is,
// and inside its messages Socket.IO carries events. Each packet begins with digits that say what it is.
// https://socket.io/docs/v4/engine-io-protocol and https://socket.io/docs/v4/socket-io-protocol

const engine = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const socket = ["connect", "disconnect", "event", "ack", "connect error", "binary event", "binary ack"];
const message = "4";

/** The packets that one body of long polling carries: U+001E stands between them. */
export function packetsOf(body: string): string[] {
  return body === "" ? [] : body.split("\u001e");
}

/** A packet in words: "2 ping", "42 event msg:get", "43 ack 0", and "binary" for what came as Base64. */
export function nameOf(packet: string): string {
  if (packet.startsWith("b")) return "binary";
  const type = packet[0] ?? "";
  const name = engine[Number(type)];
  if (!name || type.trim() === "") return "no packet";
  if (type === message) return nameOfMessage(packet);
  return packet.endsWith("probe") ? `${type} ${name} probe` : `${type} ${name}`; // the question before an upgrade
}

// 4, the type, how many binary parts follow and "-", a namespace and ",", the number of the wanted acknowledgement, and JSON.
const form = /^4([0-6])(?:\d+-)?(?:(\/[^,]*),?)?(\d+)?([^]*)$/;

function nameOfMessage(packet: string): string {
  const [, type, namespace, ack, json] = form.exec(packet) ?? [];
  if (type === undefined) return `4 ${engine[4]}`;
  const name = `4${type} ${socket[Number(type)]}`;
  const event = /^\["((?:[^"\\]|\\.)*)"/.exec(json ?? "")?.[1];
  const words = type === "2" || type === "5" ? [name, event, ack && `(wants ack ${ack})`] : [name, ack];
  return [...words, namespace && `in ${namespace}`].filter(Boolean).join(" ");
}
