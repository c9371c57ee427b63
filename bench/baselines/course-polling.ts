// The original course's protocol on Express with its defaults: the response to each poll is the last 50 messages, hashed for an
// ETag. A browser that already has them gets a 304.
import { createServer } from "node:http";
import express from "express";
import { add, last50 } from "./unchecked-log.ts";

export function serve() {
  const app = express().use(express.json());
  app.get("/msgs", (_req, res) => res.json(last50()));
  app.post("/msgs", (req, res) => {
    add(JSON.stringify(req.body));
    res.status(201).end();
  });
  return createServer({ keepAliveTimeout: 65_000 }, app);
}
