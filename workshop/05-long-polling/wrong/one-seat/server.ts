// There is one variable for the request that is held. The second page takes the place of the first one.
// The check says: Two pages wait, Bob says something, and only one of them gets an answer. Keep all requests that are held, not one.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
let waiting: (() => void) | undefined; // how to answer the request that is held
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
    if (waiting === answer) waiting = undefined;
    clearTimeout(timer);
  };
  const timer = setTimeout(answer, 25_000); // a proxy in between ends what is silent for longer, often after a minute
  waiting = answer;
  res.on("close", forget); // the page has left: nobody waits for this answer any more
  if (messages.length > seen) answer();
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  waiting?.();
  res.status(201).json(message);
});

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
