// The same stream, over a bad network: what the server writes leaves in pieces of 100 bytes, wherever that cuts.
import express, { type Response } from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const streams = new Map<Response, Buffer>(); // the answers that are open, and what each has still to send
const app = express();
app.disable("etag");
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  const seen = Number(req.query.since) || 0; // the cursor: how many messages this page has seen
  res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  streams.set(res, event(messages.slice(seen)));
  res.on("close", () => streams.delete(res)); // the page has left
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  for (const [stream, bytes] of streams) streams.set(stream, Buffer.concat([bytes, event([message])]));
  res.status(201).json(message);
});

/** An event is "data: ", one line, and an empty line that ends it. JSON writes a line break as \n, so it stays one line. */
function event(msg: Message[]): Buffer {
  return Buffer.from(`data: ${JSON.stringify({ msg, cursor: String(messages.length) })}\n\n`);
}

// Every network cuts where it pleases. On one machine that is rare, so that you would not see it: this makes it frequent.
setInterval(() => {
  for (const [stream, bytes] of streams) {
    if (bytes.length > 0) stream.write(bytes.subarray(0, 100));
    streams.set(stream, bytes.subarray(100));
  }
}, 50);

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
