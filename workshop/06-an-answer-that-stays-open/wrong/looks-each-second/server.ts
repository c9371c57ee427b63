// Each answer has a timer that looks for new messages. That is polling within the server, and the timer of a page that has left goes on.
// The check says: Bob says something, and nothing arrives on the stream that Ada has open. The post must write to each open answer, at once: a timer that looks for what is new is polling again.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.disable("etag");
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  let seen = Number(req.query.since) || 0; // the cursor: how many messages this page has seen
  res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  res.write(event(messages.slice(seen))); // also when there is nothing: the headers leave with the first bytes
  seen = messages.length;
  setInterval(() => {
    if (messages.length > seen) res.write(event(messages.slice(seen)));
    seen = messages.length;
  }, 1_000);
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  res.status(201).json(message);
});

/** An event is "data: ", one line, and an empty line that ends it. JSON writes a line break as \n, so it stays one line. */
function event(msg: Message[]): string {
  return `data: ${JSON.stringify({ msg, cursor: String(messages.length) })}\n\n`;
}

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
