// What every server has and no technique is: who may come in, and the page.
import { readFileSync } from "node:fs";
import { extname, posix } from "node:path";
import type { Application, Request, RequestHandler } from "express";
import helmet from "helmet";
import { limits } from "../shared-chat/limits.ts";
import type { Log } from "../shared-chat/log.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { admit, ownPagesOnly, type PublicOrigin } from "./admit.ts";
import { bundle } from "./bundle.ts";
import type { Chat } from "./chat-server.ts";
import { allow } from "./handlers.ts";
import { headFits } from "./heads.ts";
import { clientOf } from "./variants.ts";
import { withVerbs } from "./verbs.ts";
import { frameworks, viewProblem } from "./views.ts";

const read = (file: string) => readFileSync(new URL(`../shared-ui/${file}`, import.meta.url), "utf8");

/**
 * Adds the Host and Origin check, the page of a variant and the rare verbs to an app. What follows in the app is the technique.
 * @param variant its name, which is also its folder.
 */
export function withPage(app: Application, variant: string, chat: Chat): Application {
  const { publicOrigin, framedBy, closing, view = "dom" } = chat;
  app.use(lastAnswer(closing));
  const page = () => read("index.html").replaceAll("{{variant}}", variant);
  withFiles(withRules(app, publicOrigin), headers({ frameAncestors: [framedBy ?? "'none'"] }), {
    "/": ({ query }) => {
      const html = query.wire === undefined ? page() : wired(page(), framedBy);
      const asked = typeof query.view === "string" ? query.view : view;
      return asked === view ? html : viewed(html, asked);
    },
    "/style.css": () => read("base.css") + read("style.css"),
    ...script("client", clientOf(variant), view),
    ...Object.assign({}, ...["dom", ...frameworks].map((each) => script(`${each}/client`, clientOf(variant), each))),
    "/wire.css": () => read("wire/wire.css"),
    ...script("wire", "shared-ui/wire/wire.ts"),
  });
  app.get("/health", health(chat.log)).all("/health", allow("GET", "HEAD"));
  return withVerbs(app.use(ownPagesOnly), chat);
}

// A balancer asks whether it may send people here: not while the store is away.
const health = (log: Log): RequestHandler => {
  return (_req, res, next) => {
    if (log.healthy) res.set("Cache-Control", "no-store").json({ healthy: true });
    else next(new Refusal(503, "The store of this server is away.", undefined, 5));
  };
};

// `/?wire` is the same page with the wire inspector: a script that runs before the client, and that the client knows nothing of.
function wired(page: string, framedBy: string | undefined): string {
  const client = '<script type="module" src="/client.js"></script>';
  const before = [
    ...(framedBy ? [`<meta name="framed-by" content="${framedBy}" />`] : []),
    '<link rel="stylesheet" href="/wire.css" />',
    '<script type="module" src="/wire.js"></script>',
  ];
  return page.replace(client, [...before, client].join("\n    "));
}

// `/?view=react` is the same page, drawn by another view.
function viewed(page: string, view: string): string {
  const problem = viewProblem(view);
  if (problem) throw new Refusal(404, problem);
  return page.replace('src="/client.js"', `src="/${view}/client.js"`);
}

/** Adds to an app what holds for every request to every server here: who may ask, how much, and one request at a time. */
export function withRules(app: Application, publicOrigin: PublicOrigin): Application {
  app.disable("x-powered-by");
  app.disable("etag"); // hashing every response costs more than the bytes that it saves here
  app.set("query parser", "simple");
  return app.use(oneAtATime, admit(publicOrigin), headFits);
}

/** The files of an app, by path. */
type Files = Record<string, (req: Request) => string | Promise<string>>;

/** A TypeScript file as `/NAME.js`, bundled with everything it imports, and its source map, which lies beside it and has the name of the file. */
export function script(name: string, entry: string, view = "dom"): Files {
  const map = posix.join(posix.dirname(name), posix.basename(entry, ".ts"));
  return {
    [`/${name}.js`]: async () => (await bundle(entry, view)).code,
    [`/${map}.js.map`]: async () => (await bundle(entry, view)).map,
  };
}

/** Adds these files to an app, with these headers. */
export function withFiles(app: Application, pageHeaders: RequestHandler, files: Files): Application {
  for (const [path, content] of Object.entries(files))
    app
      .route(path)
      .get(pageHeaders, (req, res, next) => {
        const type = extname(path) || ".html";
        Promise.resolve(content(req)).then((file) => res.type(type).set("Cache-Control", "no-cache").send(file), next);
      })
      .all(allow("GET", "HEAD"));
  return app;
}

// A stopping server closes the connections that are idle, but those with a request under way only if the answer says so (RFC 9112,
// section 9.6). A client that polls would keep its connection busy until the grace time is over.
const lastAnswer = (closing: AbortSignal): RequestHandler => {
  return (req, res, next) => {
    if (closing.aborted && req.httpVersionMajor === 1) res.set("Connection", "close");
    next();
  };
};

// HTTP/1.1 lets a client send many requests before it reads one response (pipelining, RFC 9112, section 9.3.2). Browsers do not
// do it, and the waiting responses would fill the memory: a response has no socket until the one before it has ended.
// And a thousand requests in one packet would keep the other clients waiting: after some, the connection is closed.
const oneAtATime: RequestHandler = ({ socket }, res, next) => {
  if (res.socket) return next();
  const refusals = (pipelined.get(socket) ?? 0) + 1;
  pipelined.set(socket, refusals);
  if (refusals > limits.refusals) socket.destroy();
  else next(new Refusal(429, "Send one request at a time."));
};
const pipelined = new WeakMap<object, number>(); // how many on each connection

/**
 * The headers of a page that shows what strangers typed: it runs only its own scripts and styles, and only `frameAncestors` may
 * frame it. `frameSrc` is what it may frame, `connectSrc` what it may request beside its own origin.
 */
export function headers({
  frameAncestors,
  frameSrc = ["'none'"],
  connectSrc = [],
}: {
  frameAncestors: string[];
  frameSrc?: string[];
  connectSrc?: string[];
}): RequestHandler {
  const framed = !frameAncestors.includes("'none'");
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'", ...connectSrc],
        imgSrc: ["data:"],
        frameSrc,
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors,
        requireTrustedTypesFor: ["'script'"],
      },
    },
    // The older header for frame-ancestors cannot name another origin.
    xFrameOptions: framed ? false : { action: "deny" },
    // The framing page requests a file, to find out whether the browser trusts our certificate.
    crossOriginResourcePolicy: { policy: framed ? "cross-origin" : "same-origin" },
    // The browser would remember it for localhost as a whole, and the variants on plain http would be out of reach.
    strictTransportSecurity: false,
  });
}
