// The server of the side-by-side page. The page reads the traffic of each tap four times a second, and it may start outages.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import express, { type Application, type RequestHandler, type Response } from "express";
import { z } from "zod";
import { words } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { json } from "../shared-server/body.ts";
import { allow, refuse } from "../shared-server/handlers.ts";
import { headers, script, withFiles, withRules } from "../shared-server/site.ts";
import { variants } from "../shared-server/variants.ts";
import { installedViews } from "../shared-server/views.ts";
import { documents, htmlOf, linkedFiles } from "./documents.ts";
import { experimentsOf } from "./experiments.ts";
import { kinds } from "./outages.ts";
import type { Outage, TappedVariant } from "./tapped-variant.ts";

/** How often the page gets the traffic of the taps, in milliseconds. */
const interval = 250;

const read = (file: string) => readFileSync(new URL(`page/${file}`, import.meta.url), "utf8");
const base = () => read("../../shared-ui/base.css");
const chartStyle = createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css");
const names = variants.map(({ name }) => name);

/** What a reader of the page may want to look at. It is served as text, so the links work offline and in every clone. */
const sources = new Set([
  ...names.flatMap((name) => [`${name}/server.ts`, `${name}/client.ts`]),
  ...Object.keys(documents).flatMap((file) => linkedFiles(read(`../../${file}`), file)),
  "bench/README.md", // why goals are missed: /results has no room for it
]);

const outageRequest = z.object(
  {
    variant: z.enum([...names, "all"], `The variant must be one of ${names.join(", ")}, all.`),
    kind: z.enum(kinds, `The kind must be one of ${kinds.join(", ")}.`),
  },
  "The body must be an object with a variant and a kind.",
);

/** The app that serves the side-by-side page at this address, with these panes in this view, until `closing` is aborted. */
export function site(url: string, panes: readonly TappedVariant[], closing: AbortSignal, view: string): Application {
  const app = withRules(express(), url);

  // Only this origin may frame the panes. At http://127.0.0.1 the browser would block all four. (A proxy may state another Host.)
  const { host, hostname } = new URL(url);
  if (hostname === "localhost")
    app.get("/", (req, res, next) => (req.headers.host === host ? next() : res.redirect(307, url)));

  const addresses = panes.map((pane) => pane.url);
  // The page requests a file from the panes on https, to find out whether the browser trusts their certificate.
  const connectSrc = addresses.filter((address) => address.startsWith("https:"));
  withFiles(app, headers({ frameAncestors: ["'none'"], frameSrc: addresses, connectSrc }), {
    "/": () => read("side-by-side.html"),
    "/style.css": () => base() + readFileSync(chartStyle, "utf8") + read("side-by-side.css"),
    "/results": () => read("../../bench/results-page.html"),
    "/results.css": () => base() + read("../../bench/results.css"),
    ...script("main", "compare/page/main.ts"),
    "/experiments.json": () => JSON.stringify(experimentsOf(withOurAddresses(read("../what-to-try.md"), url, panes))),
    "/document.css": () => base() + read("document.css"),
    ...Object.fromEntries(
      Object.entries(documents).map(([file, path]) => [
        path,
        () => documentPage(withOurAddresses(read(`../../${file}`), url, panes), file),
      ]),
    ),
    ...Object.fromEntries(Array.from(sources, (file) => [`/${file}.txt`, () => read(`../../${file}`)])),
  });

  app
    .route("/panes")
    .get((_req, res) => {
      const views = [...new Set([view, ...installedViews()])]; // the one to begin with comes first
      res.json(panes.map((pane) => ({ name: pane.variant.name, url: pane.url, idea: pane.variant.idea, views })));
    })
    .all(allow("GET", "HEAD"));

  const streams = new Set<Response>();
  const timer = setInterval(() => {
    const event = tapsEvent(panes);
    // Old numbers are worthless, so a slow consumer misses some instead of getting a backlog.
    for (const res of streams) if (!res.writableNeedDrain) res.write(event);
  }, interval);
  closing.addEventListener("abort", () => {
    clearInterval(timer);
    for (const res of streams) res.end();
  });
  app
    .route("/taps")
    .get((req, res) => {
      res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      if (req.method === "HEAD") return res.end();
      res.write(tapsEvent(panes));
      streams.add(res);
      return res.on("close", () => streams.delete(res));
    })
    .all(allow("GET", "HEAD"));

  app
    .route("/outages")
    .post(onlyFromPage(url), json, (req, res) => {
      const parsed = outageRequest.safeParse(req.body);
      if (!parsed.success) throw new Refusal(422, words(parsed.error));
      const { variant, kind } = parsed.data;
      const targets = panes.filter((pane) => variant === "all" || pane.variant.name === variant);
      for (const pane of targets) pane.assertNoOutage(); // before any outage starts: all targets or none
      res.status(202).json(byName(targets, (pane): Outage => pane.startOutage(kind)));
    })
    .all(allow("POST"));

  return app.use(refuse);
}

/** A document of the repository as a page. Its first heading is the title. */
function documentPage(markdown: string, file: string): string {
  const title = /^# (.+)$/m.exec(markdown)![1]!;
  return read("document.html")
    .replace("{{title}}", title)
    .replace("{{body}}", () => htmlOf(markdown, file));
}

/** The text with the addresses of this page and of these panes in place of the usual ones. */
function withOurAddresses(text: string, url: string, panes: readonly TappedVariant[]): string {
  const ours = panes.map((pane) => [`${pane.variant.scheme}://localhost:${pane.variant.port}`, pane.url] as const);
  return [["http://localhost:3000", url] as const, ...ours].reduce((all, [from, to]) => all.replaceAll(from, to), text);
}

// Elsewhere a request without an Origin is admitted, because it does not come from a browser. Only the page may start outages.
// A proxy passes on the Origin that the browser stated, or states the address that it asks.
function onlyFromPage(url: string): RequestHandler {
  return ({ headers: { origin }, socket }, _res, next) => {
    const ours = origin === url || origin === `http://localhost:${socket.localPort}`;
    next(ours ? undefined : new Refusal(403, "Only the side-by-side page may do this (Origin)."));
  };
}

/** A server-sent event with the traffic of all taps. */
function tapsEvent(panes: readonly TappedVariant[]): string {
  const numbers = byName(panes, ({ tap: { up, down, opened, connections }, outage }) => ({
    up,
    down,
    opened,
    connections,
    outage,
    at: Date.now(),
  }));
  return `event: taps\ndata: ${JSON.stringify(numbers)}\n\n`;
}

function byName<T>(panes: readonly TappedVariant[], of: (pane: TappedVariant) => T): Record<string, T> {
  return Object.fromEntries(panes.map((pane) => [pane.variant.name, of(pane)]));
}
