// Names the packets of Socket.IO. There are two protocols, one inside the other: Engine.IO carries packets over any transport,
// and Socket.IO carries events inside Engine.IO's messages. Each packet begins with digits that name its type.
// https://socket.io/docs/v4/engine-io-protocol and https://socket.io/docs/v4/socket-io-protocol

const engine = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const socket = ["connect", "disconnect", "event", "ack", "connect error", "binary event", "binary ack"];
const message = "4";

/** The packets in one body of long polling, separated by U+001E. */
export function packetsOf(body: string): string[] {
  return body === "" ? [] : body.split("\u001e");
}

/** The name of a packet: "2 ping", "42 event msg:get", "43 ack 0", or "binary" for Base64 data. */
export function nameOf(packet: string): string {
  if (packet.startsWith("b")) return "binary";
  const type = packet[0] ?? "";
  const name = engine[Number(type)];
  if (!name || type.trim() === "") return "not a packet";
  if (type === message) return nameOfMessage(packet);
  return packet.endsWith("probe") ? `${type} ${name} probe` : `${type} ${name}`; // the test before an upgrade to another transport
}

// 4, the type, the number of binary parts and "-", a namespace and ",", the id of the requested acknowledgement, and JSON.
const form = /^4([0-6])(?:\d+-)?(?:(\/[^,]*),?)?(\d+)?([^]*)$/;

function nameOfMessage(packet: string): string {
  const [, type, namespace, ack, json] = form.exec(packet) ?? [];
  if (type === undefined) return `4 ${engine[4]}`;
  const name = `4${type} ${socket[Number(type)]}`;
  const event = /^\["((?:[^"\\]|\\.)*)"/.exec(json ?? "")?.[1];
  const words = type === "2" || type === "5" ? [name, event, ack && `(wants ack ${ack})`] : [name, ack];
  return [...words, namespace && `in ${namespace}`].filter(Boolean).join(" ");
}
