// The id is that of the last message in the event. A page that comes back and has missed nothing gets an event without messages, and its id is 0.
// The check says: EventSource comes back and has missed nothing. The event that says so has the id "0", which is not the cursor: the next time, everything comes again. Without messages, too, the id is how many there are.
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
  return `id: ${msg.at(-1)?.id ?? 0}\ndata: ${JSON.stringify({ msg })}\n\n`;
}

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
