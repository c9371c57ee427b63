// It holds a request for almost a minute. Some proxies and firewalls end it before, and the page sees an error.
// The check says: Nobody says anything, and after twenty-seven seconds a request has no answer. A proxy in between cuts off what is silent for long: answer 204 after twenty-five seconds.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const waiting = new Set<() => void>(); // how to answer each request that is held
const app = express();
app.disable("etag"); // each answer is the whole answer, so that you see what it costs
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  const seen = Number(req.query.since) || 0; // the cursor: how many messages this page has seen
  const answer = () => {
    forget();
    const msg = messages.slice(seen);
    if (msg.length === 0) return res.status(204).end(); // nothing new: an answer without a body
    return res.json({ msg, cursor: String(messages.length) });
  };
  const forget = () => {
    waiting.delete(answer);
    clearTimeout(timer);
  };
  const timer = setTimeout(answer, 55_000); // a proxy in between ends what is silent for longer, often after a minute
  waiting.add(answer);
  res.on("close", forget); // the page has left: nobody waits for this answer any more
  if (messages.length > seen) answer();
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  for (const answer of waiting) answer();
  res.status(201).json(message);
});

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
