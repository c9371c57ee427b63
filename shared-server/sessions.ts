// Sessions: who a request comes from. One cookie serves the page, EventSource, and the handshakes of a WebSocket and of Socket.IO: the
// browser adds it to all of them by itself.
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import { parseCookie, stringifySetCookie } from "cookie";
import type { Person, Session } from "../shared-chat/people.ts";
import { type Reader, stranger } from "../shared-chat/reader.ts";
import { everyRoom, lobby, personal } from "../shared-chat/rooms.ts";
import type { Setting } from "./chat-server.ts";

type Request = IncomingMessage | Http2ServerRequest;

/** What the server remembers of a token. Whoever reads the list of sessions cannot make a cookie of it. */
const idOf = (token: string) => createHash("sha256").update(token).digest("base64url");

export class Sessions {
  readonly #setting: Setting;
  #strangers = new AbortController();
  #stranger = stranger(this.#strangers.signal);
  readonly #readers = new Map<Session, { reader: Reader; over: AbortController }>();

  constructor(setting: Setting) {
    const { log, closing } = setting;
    this.#setting = setting;
    log.people.listen((session) => (session ? this.#over(session) : this.#allOver()), closing);
    closing.addEventListener("abort", () => this.#allOver());
  }

  /** Who sends this request, what they hear, and until when. */
  reader(req: Request): Reader {
    const token = this.token(req);
    if (token === undefined) return this.#stranger;
    const session = this.#setting.log.people.session(idOf(token));
    if (!session) return { ...this.#stranger, ended: "Your session is over. Please sign in again.", changed: Infinity };
    if (session.ended !== undefined) return { ...this.#stranger, ended: session.ended, changed: session.changed };
    const known = this.#readers.get(session)?.reader;
    return known ?? this.#newReader(session);
  }

  /** The session that a request belongs to, if it goes on. */
  session(req: Request): Session | undefined {
    const token = this.token(req);
    const session = token === undefined ? undefined : this.#setting.log.people.session(idOf(token));
    return session?.ended === undefined ? session : undefined;
  }

  /** What the cookie of a request says: the key to a session. */
  token(req: Request): string | undefined {
    const { cookie } = req.headers;
    return cookie === undefined ? undefined : parseCookie(cookie)[this.#cookie(req).name];
  }

  /** Begins a session, always with a new token: one that was known before signing in would be worth nothing (session fixation). Returns the Set-Cookie header. */
  async begin(req: Request, person: Person): Promise<string> {
    const token = randomBytes(32).toString("base64url");
    await this.#setting.log.people.signIn(person, idOf(token));
    await this.end(req, "You signed in again.");
    return stringifySetCookie({ ...this.#cookie(req), value: token });
  }

  /** Ends the session of a request, or goes on without one that is over. Returns the Set-Cookie header. */
  async end(req: Request, reason: string): Promise<string> {
    const { people } = this.#setting.log;
    const token = this.token(req);
    const session = token === undefined ? undefined : people.session(idOf(token));
    if (session) await (session.ended === undefined ? people.end(session, reason) : people.forget(session));
    return stringifySetCookie({ ...this.#cookie(req), value: "", maxAge: 0 });
  }

  #newReader(session: Session): Reader {
    const { name, superUser, rooms } = session.person;
    const over = new AbortController();
    const reader: Reader = {
      name,
      ...(superUser && { superUser }),
      topics: [lobby, ...rooms.keys(), personal(name), ...(superUser ? [everyRoom] : [])],
      since: new Map(rooms),
      changed: this.#setting.log.people.changed(session),
      until: over.signal,
    };
    this.#readers.set(session, { reader, over });
    return reader;
  }

  // The reader is forgotten first: whoever comes back at once must not get the old one.
  #over(session: Session) {
    const over = this.#readers.get(session)?.over;
    this.#readers.delete(session);
    over?.abort();
  }

  #allOver() {
    const strangers = this.#strangers;
    this.#strangers = new AbortController();
    this.#stranger = stranger(this.#strangers.signal);
    strangers.abort();
    for (const session of this.#readers.keys()) this.#over(session);
  }

  /**
   * Cookies do not separate ports, so the name says the port: that of the address that the browser asked for, which behind a proxy is not ours.
   * `__Host-` keeps others from setting it. WebKit drops it on http://localhost.
   * A page on https in a frame of one on http is cross-site: then only a partitioned cookie is kept (RFC 6265bis, section 5.2; CHIPS).
   */
  #cookie(req: Request) {
    const { publicOrigin = [], framedBy } = this.#setting;
    const host = String(req.headers[":authority"] ?? req.headers.host).toLowerCase();
    const secure = (req.socket as TLSSocket).encrypted || [publicOrigin].flat().includes(`https://${host}`);
    const port = /:(\d+)$/.exec(host)?.[1] ?? (secure ? "443" : "80");
    const always = { path: "/", httpOnly: true };
    if (!secure) return { ...always, name: `chat-${port}`, sameSite: "strict" as const };
    const name = `__Host-chat-${port}`;
    if (framedBy) return { ...always, name, secure, sameSite: "none" as const, partitioned: true };
    return { ...always, name, secure, sameSite: "strict" as const };
  }
}
