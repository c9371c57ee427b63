// What every server has and no technique is: who may come in, the page, and how errors are answered.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Application, ErrorRequestHandler, Request, RequestHandler } from "express";
import helmet from "helmet";
import { asRefusal, Refusal } from "../../shared-chat/refusal.ts";
import { admit, answer, nothingHere } from "./admit.ts";
import { bundle } from "./bundle.ts";
import type { Chat } from "./chat.ts";
import type { VariantName } from "./variants.ts";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");

/** Gives an app the Host and Origin rule and the page of this variant. What follows in the app is the technique. */
export function withPage(app: Application, variant: VariantName, { publicOrigin, framedBy }: Chat): Application {
  const page = () => read("index.html").replaceAll("{{variant}}", variant);
  return withFiles(withRules(app, publicOrigin), headers({ frameAncestors: [framedBy ?? "'none'"] }), {
    "/": ({ query }) => (query.wire === undefined ? page() : wired(page(), framedBy)),
    "/style.css": () => read("base.css") + read("style.css"),
    ...script("client", `${variant}/client.ts`),
    "/wire.css": () => read("wire/wire.css"),
    ...script("wire", "shared-ui/wire/wire.ts"),
  });
}

// `/?wire` is the same page, and shows what crosses the wire: a script that runs before the client, which knows nothing of it.
function wired(page: string, framedBy: string | undefined): string {
  const client = '<script type="module" src="/client.js"></script>';
  const before = [
    ...(framedBy ? [`<meta name="framed-by" content="${framedBy}" />`] : []),
    '<link rel="stylesheet" href="/wire.css" />',
    '<script type="module" src="/wire.js"></script>',
  ];
  return page.replace(client, [...before, client].join("\n    "));
}

/** Gives an app what holds for every request to every server here: the Host and Origin rule, and one question at a time. */
export function withRules(app: Application, publicOrigin: string | undefined): Application {
  app.disable("x-powered-by");
  app.disable("etag"); // hashing every answer costs more than the bytes it saves here
  app.set("query parser", "simple");
  return app.use(admit(publicOrigin), oneAtATime);
}

/** What an app serves under a path. */
type Files = Record<string, (req: Request) => string | Promise<string>>;

/** A TypeScript file as `/NAME.js`, bundled with all that it imports, and its source map. */
export function script(name: string, entry: string): Files {
  return {
    [`/${name}.js`]: async () => (await bundle(entry)).code,
    [`/${name}.js.map`]: async () => (await bundle(entry)).map,
  };
}

/** Gives an app these files, with these headers. */
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

// HTTP/1.1 lets a client ask many times before it reads one answer (pipelining, RFC 9112, section 9.3.2). No browser
// does, and the answers that wait would fill the memory: a response has no socket until the one before it has ended.
const oneAtATime: RequestHandler = (_req, res, next) => {
  next(res.socket ? undefined : new Refusal(429, "One question at a time, please."));
};

/**
 * The headers of a page that shows what strangers typed: it runs no script and no style but its own, and only
 * `frameAncestors` may frame it. `frameSrc` and `connectSrc` are whom it may frame and ask beside itself.
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
    // The older word for frame-ancestors knows no other origin than our own.
    xFrameOptions: framed ? false : { action: "deny" },
    // The framing page asks for a file, to see whether the browser trusts our certificate.
    crossOriginResourcePolicy: { policy: framed ? "cross-origin" : "same-origin" },
    // The browser would remember it for localhost as a whole, and the variants on plain http could not be reached.
    strictTransportSecurity: false,
  });
}

/** The last handler of a path: names the methods it has, for whoever used another (RFC 9110, section 15.5.6). */
export function allow(...methods: string[]): RequestHandler {
  return (_req, res, next) => {
    res.set("Allow", methods.join(", "));
    next(new Refusal(405, `Only ${methods.join(" and ")} here.`));
  };
}

/** The last middleware of an app: no path is left, or something was thrown. Words go out, a stack never does. */
export const refuse: [RequestHandler, ErrorRequestHandler] = [
  (_req, _res, next) => next(nothingHere),
  (error, _req, res, next) => {
    if (res.headersSent) return next(error);
    // What the web framework itself throws carries a status and is meant for the one who asked.
    const theirs = error.expose === true && error.status >= 400 && error.status < 500;
    answer(res, theirs ? new Refusal(error.status, error.message) : asRefusal(error));
  },
];

/** The answer to a plain request where a WebSocket is expected (RFC 9110, section 15.5.22). */
export const upgradeRequired: RequestHandler = (_req, res, next) => {
  res.set({ Upgrade: "websocket", Connection: "Upgrade" });
  next(new Refusal(426, "Here is a WebSocket: connect with ws://."));
};
