// When nothing is new, a comment takes the headers with it. The page of this exercise takes it for an event, cannot read it, and connects again and again.
// The check says: Nothing is new for Cyd, and what comes is no event. The page of this exercise takes each piece that arrives for one: write an event with an empty list, or call res.flushHeaders().
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
  if (messages.length > seen) res.write(event(messages.slice(seen)));
  else res.write(":\n\n");
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

/** An event is "data: ", one line, and an empty line that ends it. JSON writes a line break as \n, so it stays one line. */
function event(msg: Message[]): string {
  return `data: ${JSON.stringify({ msg, cursor: String(messages.length) })}\n\n`;
}

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
