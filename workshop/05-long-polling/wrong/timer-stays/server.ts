// The timer is not cleared when somebody speaks. It answers a second time, and Node ends a program whose timer throws.
// The check says: A post answers a request that is held, and twenty-five seconds later the server ends: the timer still runs, answers once more, and that throws. Clear the timer when a request is answered.
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
  };
  setTimeout(answer, 25_000); // a proxy in between ends what is silent for longer, often after a minute
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
