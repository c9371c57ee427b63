// The event is written before the message is in the list, so its cursor does not count it.
// The check says: Cyd asks with the cursor of the last event, and hears again what this event brought: its cursor is too small. Push the message first, and then write the event.
import express, { type Response } from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const streams = new Set<Response>(); // the answers that are open
const app = express();
app.disable("etag");
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  const seen = Number(req.query.since) || 0; // the cursor: how many messages this page has seen
  res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  res.write(event(messages.slice(seen))); // also when there is nothing: the headers leave with the first bytes
  streams.add(res);
  res.on("close", () => streams.delete(res)); // the page has left
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  for (const stream of streams) stream.write(event([message]));
  messages.push(message);
  res.status(201).json(message);
});

/** An event is "data: ", one line, and an empty line that ends it. JSON writes a line break as \n, so it stays one line. */
function event(msg: Message[]): string {
  return `data: ${JSON.stringify({ msg, cursor: String(messages.length) })}\n\n`;
}

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
