// The cursor is in the data, where the page finds it. EventSource does not look there.
// The check says: An event has no id, so EventSource cannot say where it stopped. Write a line of its own before the data, without an empty line between them: id, a colon and the cursor.
import express, { type Response } from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const streams = new Set<Response>(); // the answers that are open
const app = express();
app.disable("etag");
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  // EventSource comes back with the address that it had at first. So the header is newer than the address, and wins.
  const seen = Number(req.get("Last-Event-ID") ?? req.query.since) || 0; // the cursor: how many messages this page has seen
  res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  res.write(`retry: ${Math.round(500 + 500 * Math.random())}\n\n`); // how long EventSource rests before it comes back: with jitter
  res.write(event(messages.slice(seen)));
  streams.add(res);
  res.on("close", () => streams.delete(res)); // the page has left
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  for (const stream of streams) stream.write(event([message]));
  res.status(201).json(message);
});

/** The browser keeps the id, which is the cursor, and sends it as Last-Event-ID when it comes back. */
function event(msg: Message[]): string {
  return `data: ${JSON.stringify({ msg, cursor: String(messages.length) })}\n\n`;
}

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
