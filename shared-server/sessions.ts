// Sessions: who a request comes from. One cookie serves the page, EventSource, and the handshakes of a WebSocket and of Socket.IO: the
// browser adds it to all of them by itself.
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import { parseCookie, stringifySetCookie } from "cookie";
import type { Person, Session } from "../shared-chat/people.ts";
import { type Reader, readerFor, stranger } from "../shared-chat/reader.ts";
import { canonical } from "../shared-chat/rooms.ts";
import { hostOf } from "./admit.ts";
import type { Setting } from "./chat-server.ts";

type Request = IncomingMessage | Http2ServerRequest;

/** Instead of a token, when there are two: a cookie for a longer path comes first, and any program on localhost can set one. */
const ambiguous = "?";

/** What the server remembers of a token. Whoever reads the list of sessions cannot make a cookie of it. */
const idOf = (token: string) => createHash("sha256").update(token).digest("base64url");

export class Sessions {
  readonly #setting: Setting;
  #strangers = new AbortController();
  #stranger = stranger(this.#strangers.signal);
  readonly #readers = new Map<Session, { reader: Reader; over: AbortController }>();
  readonly #unknown = new Map<string, AbortController>(); // readers whose session is not known, by its id

  constructor(setting: Setting) {
    const { log, closing } = setting;
    this.#setting = setting;
    log.people.listen((session) => (session ? this.#over(session) : this.#allOver()), closing);
    closing.addEventListener("abort", () => this.#allOver());
  }

  /**
   * Who sends this request, what they hear, and until when. A page says in the query whom it takes itself for: `as` is the name of an account, or
   * empty. Cookies are shared by all tabs, get lost, and other programs on localhost may set them: so a page that is wrong must be told.
   */
  reader(req: Request): Reader {
    const reader = this.#readerOf(req);
    const as = new URLSearchParams(req.url?.split("?")[1]).get("as");
    return as === null || canonical(as) === canonical(reader.name ?? "") ? reader : { ...reader, changed: Infinity };
  }

  #readerOf(req: Request): Reader {
    const token = this.token(req);
    if (token === undefined) return this.#stranger;
    const ended = (why: string, changed = Infinity): Reader => ({ ...this.#stranger, ended: why, changed });
    if (token === ambiguous)
      return ended(
        "Another program on localhost has set a cookie with our name. Please delete the cookies of localhost.",
      );
    const session = this.#known(token);
    if (!session)
      return { ...ended("Your session is over. Please sign in again."), until: this.#untilKnown(idOf(token)) };
    if (session.ended !== undefined) return ended(session.ended, session.changed);
    return this.#readers.get(session)?.reader ?? this.#newReader(session);
  }

  /** The session that a request belongs to, if it goes on. */
  session(req: Request): Session | undefined {
    const session = this.#known(this.token(req));
    return session?.ended === undefined ? session : undefined;
  }

  /** The session that a token opens, even if it is over. */
  #known(token: string | undefined): Session | undefined {
    return token === undefined ? undefined : this.#setting.log.people.session(idOf(token));
  }

  /** What the cookie of a request says: the key to a session. */
  token(req: Request): string | undefined {
    const { cookie } = req.headers;
    if (cookie === undefined) return undefined;
    const { name } = this.#cookie(req);
    const [, another] = cookie.split(";").filter((pair) => pair.trim().startsWith(`${name}=`));
    return another === undefined ? parseCookie(cookie)[name] : ambiguous;
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
    const session = this.#known(token);
    if (session) await (session.ended === undefined ? people.end(session, reason) : people.forget(session));
    return stringifySetCookie({ ...this.#cookie(req), value: "", maxAge: 0 });
  }

  #newReader(session: Session): Reader {
    const over = new AbortController();
    const reader = readerFor(session.person, this.#setting.log.people.changed(session), over.signal);
    this.#readers.set(session, { reader, over });
    return reader;
  }

  // Another machine may have begun this session a moment ago. When we learn of it, its reader comes back.
  #untilKnown(id: string): AbortSignal {
    const known = this.#unknown.get(id) ?? new AbortController();
    this.#unknown.set(id, known);
    const [oldest = ""] = this.#unknown.keys();
    if (this.#unknown.size > 1_000) this.#unknown.delete(oldest); // anybody can make up tokens
    return known.signal;
  }

  // The reader is forgotten first: whoever comes back at once must not get the old one.
  #over(session: Session) {
    const all = [this.#readers.get(session)?.over, this.#unknown.get(session.id)];
    this.#readers.delete(session);
    this.#unknown.delete(session.id);
    for (const over of all) over?.abort();
  }

  #allOver() {
    const strangers = this.#strangers;
    this.#strangers = new AbortController();
    this.#stranger = stranger(this.#strangers.signal);
    const unknown = [...this.#unknown.values()];
    this.#unknown.clear();
    for (const over of [strangers, ...unknown]) over.abort();
    for (const session of this.#readers.keys()) this.#over(session);
  }

  /**
   * Cookies do not separate ports, so the name says the port: that of the address that the browser asked for, which behind a proxy is not ours.
   * `__Host-` keeps others from setting it. WebKit drops it on http://localhost.
   * A page on https in a frame of one on http is cross-site: then only a partitioned cookie is kept (RFC 6265bis, section 5.2; CHIPS).
   */
  #cookie(req: Request) {
    const { publicOrigin = [], framedBy } = this.#setting;
    const host = hostOf(req);
    const secure = (req.socket as TLSSocket).encrypted || [publicOrigin].flat().includes(`https://${host}`);
    const port = /:(\d+)$/.exec(host)?.[1] ?? (secure ? "443" : "80");
    const always = { path: "/", httpOnly: true };
    if (!secure) return { ...always, name: `chat-${port}`, sameSite: "strict" as const };
    const name = `__Host-chat-${port}`;
    if (framedBy) return { ...always, name, secure, sameSite: "none" as const, partitioned: true };
    return { ...always, name, secure, sameSite: "strict" as const };
  }
}
