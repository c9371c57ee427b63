// HTTP/2 without its library (RFC 9113), over TLS: enough to open streams and read what the server writes to them.
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { type Address, cookieOf, type Crowd, dialTls, type Listener, Meter, senders } from "./crowd.ts";

const [data, headers, settings, windowUpdate] = [0, 1, 4, 8];
const [endStream, endHeaders, acknowledged] = [1, 4, 1];

const frame = (type: number, flags: number, stream: number, body: Buffer) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUIntBE(type, 3, 1);
  head.writeUIntBE(flags, 4, 1);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
};

// SETTINGS_ENABLE_PUSH = 0, as browsers send it, and a window that never fills up, so the client sends no WINDOW_UPDATE later.
const preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(settings, 0, 0, Buffer.from([0, 2, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff])),
  frame(windowUpdate, 0, 0, Buffer.from([0x7f, 0xff, 0, 0])),
]);

const literal = (name: number[], value: string) => Buffer.from([...name, value.length, ...Buffer.from(value)]);

/** `GET /msgs` in HPACK (RFC 7541): two header fields by their index in the static table, the others with a literal value. */
function request(authority: string, token?: string): Buffer {
  return Buffer.concat([
    Buffer.from([0x82, 0x87]),
    literal([0x04], "/msgs"),
    literal([0x01], authority),
    token === undefined ? Buffer.alloc(0) : literal([0x0f, 0x11], cookieOf(token, { authority, tls: true })),
  ]);
}

/** Each client has a stream, and this many streams share a session. Posts use sessions of their own, made by the usual library. */
export function crowd(address: Address, streams = 1): Crowd {
  const meter = new Meter();
  const get = request(address.authority);
  let session: ReturnType<typeof openSession> | undefined;
  const posters: ClientHttp2Session[] = [];
  let posts = 0;

  return {
    connect(listener: Listener, token?: string) {
      if (!session?.takes(streams)) {
        session = openSession(address.port);
        meter.add(session.tcp);
      }
      session.listen(listener, token === undefined ? get : request(address.authority, token));
    },
    post(draft, token) {
      const poster = (posters[posts++ % senders] ??= openPoster(address.port));
      const stream = poster.request(
        {
          ":method": "POST",
          ":path": "/msgs",
          ":authority": address.authority,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(draft),
          ...(token !== undefined && { cookie: cookieOf(token, { ...address, tls: true }) }),
        },
        { endStream: false },
      );
      stream.on("error", () => {});
      stream.resume().end(draft);
    },
    bytes: () => meter.bytes(),
    disconnect() {
      for (const poster of posters) poster?.destroy();
      meter.cut();
    },
  };
}

function openPoster(port: number): ClientHttp2Session {
  return connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false }).on("error", () => {});
}

function openSession(port: number) {
  const { tcp, secure } = dialTls(port, ["h2"]);
  const listeners = new Map<number, { listener: Listener; rest: Buffer[] }>();
  let stream = 1;
  let retry = 0; // the `retry:` of the event stream
  let rest: Buffer = Buffer.alloc(0);

  secure.on("data", (bytes: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    while (rest.length >= 9) {
      const end = 9 + rest.readUIntBE(0, 3);
      if (rest.length < end) return;
      read(rest[3]!, rest[4]!, rest.readUInt32BE(5), rest.subarray(9, end));
      rest = rest.subarray(end);
    }
  });
  tcp.on("close", () => {
    for (const { listener } of listeners.values()) listener.lost(() => retry);
  });
  secure.write(preface);

  function read(type: number, flags: number, id: number, body: Buffer) {
    if (type === settings && !(flags & acknowledged)) secure.write(frame(settings, acknowledged, 0, Buffer.alloc(0)));
    const reader = type === data && listeners.get(id);
    if (!reader) return;
    // An event ends with an empty line; a long one comes in several frames.
    const whole = body.length > 1 && body[body.length - 1] === 10 && body[body.length - 2] === 10;
    if (whole && reader.rest.length === 0) reader.listener.update(body);
    else {
      reader.rest.push(body);
      if (whole) reader.listener.update(Buffer.concat(reader.rest.splice(0)));
    }
    if (retry === 0 && body.subarray(0, 7).toString() === "retry: ") retry = parseInt(body.toString("latin1", 7), 10);
    if (flags & endStream) secure.end(); // the server ends the stream
  }

  return {
    tcp,
    takes: (streams: number) => !tcp.destroyed && listeners.size < streams,
    listen(listener: Listener, get: Buffer) {
      listeners.set(stream, { listener, rest: [] });
      secure.write(frame(headers, endStream | endHeaders, stream, get));
      stream += 2;
    },
  };
}
