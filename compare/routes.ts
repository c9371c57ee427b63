// The side-by-side page, what it reads (what crosses each tap, four times a second) and what it may order: outages.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import express, { type Application, type RequestHandler, type Response } from "express";
import { z } from "zod";
import { words } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { json } from "../shared-server/body.ts";
import { allow, headers, refuse, script, withFiles, withRules } from "../shared-server/site.ts";
import { variants } from "../shared-server/variants.ts";
import { readResults } from "../bench/rows.ts";
import { kinds } from "./outages.ts";
import type { Outage, Pane } from "./tapped-variant.ts";

/** How often the page is told the numbers, in milliseconds. */
const often = 250;

const read = (file: string) => readFileSync(new URL(`page/${file}`, import.meta.url), "utf8");
const base = () => read("../../shared-ui/base.css");
const chartStyle = createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css");
const names = variants.map(({ name }) => name);

const order = z.object(
  {
    variant: z.enum([...names, "all"], `The variant is one of ${names.join(", ")}, all.`),
    kind: z.enum(kinds, `The kind is one of ${kinds.join(", ")}.`),
  },
  "An outage is an object with a variant and a kind.",
);

/** The site of the side-by-side page at this address, for these panes, until it closes. */
export function site(url: string, panes: readonly Pane[], closing: AbortSignal): Application {
  const app = withRules(express(), url);

  // The panes may be framed by this one origin. Whoever typed 127.0.0.1 would see four refusals.
  app.get("/", (req, res, next) => (req.headers.host === new URL(url).host ? next() : res.redirect(307, url)));

  const addresses = panes.map((pane) => pane.url);
  // It asks the panes on https for a file, to learn whether the browser trusts their certificate.
  const connectSrc = addresses.filter((address) => address.startsWith("https:"));
  withFiles(app, headers({ frameAncestors: ["'none'"], frameSrc: addresses, connectSrc }), {
    "/": () => read("side-by-side.html"),
    "/style.css": () => base() + readFileSync(chartStyle, "utf8") + read("side-by-side.css"),
    "/results": async () => (await import("../bench/results-page.ts")).resultsPage(readResults()),
    "/results.css": () => base() + readFileSync(new URL("../bench/results.css", import.meta.url), "utf8"),
    ...script("page", "compare/page/page.ts"),
  });

  app
    .route("/panes")
    .get((_req, res) => {
      res.json(panes.map((pane) => ({ name: pane.variant.name, url: pane.url, idea: pane.variant.idea })));
    })
    .all(allow("GET", "HEAD"));

  const watching = new Set<Response>();
  const telling = setInterval(() => {
    const written = taps(panes);
    // Old numbers are worth nothing: whoever does not keep up misses some.
    for (const res of watching) if (!res.writableNeedDrain) res.write(written);
  }, often);
  closing.addEventListener("abort", () => {
    clearInterval(telling);
    for (const res of watching) res.end();
  });
  app
    .route("/taps")
    .get((req, res) => {
      res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      if (req.method === "HEAD") return res.end();
      res.write(taps(panes));
      watching.add(res);
      return res.on("close", () => watching.delete(res));
    })
    .all(allow("GET", "HEAD"));

  app
    .route("/outages")
    .post(fromPage(url), json, (req, res) => {
      const parsed = order.safeParse(req.body);
      if (!parsed.success) throw new Refusal(422, words(parsed.error));
      const { variant, kind } = parsed.data;
      const meant = panes.filter((pane) => variant === "all" || pane.variant.name === variant);
      for (const pane of meant) pane.mustBeWell(); // all of them, or none
      res.status(202).json(byName(meant, (pane): Outage => pane.suffer(kind)));
    })
    .all(allow("POST"));

  return app.use(refuse);
}

// Elsewhere a request without an Origin is no browser, and welcome. Here is a switch, and it has one user.
function fromPage(url: string): RequestHandler {
  return (req, _res, next) =>
    next(req.headers.origin === url ? undefined : new Refusal(403, "Only the side-by-side page may do this (Origin)."));
}

/** The event that tells the numbers of all taps. */
function taps(panes: readonly Pane[]): string {
  const numbers = byName(panes, ({ tap: { up, down, opened, connections }, outage }) => ({
    up,
    down,
    opened,
    connections,
    outage,
  }));
  return `event: taps\ndata: ${JSON.stringify(numbers)}\n\n`;
}

function byName<T>(panes: readonly Pane[], of: (pane: Pane) => T): Record<string, T> {
  return Object.fromEntries(panes.map((pane) => [pane.variant.name, of(pane)]));
}
