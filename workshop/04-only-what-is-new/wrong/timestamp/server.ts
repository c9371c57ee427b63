// The cursor is the time of the newest message. Another message of the same millisecond is not newer, so nobody hears of it.
// The check says: A message is lost: it was said after the cursor, in the same millisecond as the one before it. A time is no cursor, because it does not tell the two apart.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.disable("etag"); // each answer is the whole answer, so that you see what it costs
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  const since = Number(req.query.since) || 0;
  const msg = messages.filter(({ time }) => time > since);
  if (msg.length === 0) return res.status(204).end(); // nothing new: an answer without a body
  return res.json({ msg, cursor: String(messages.at(-1)!.time) });
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  res.status(201).json(message);
});

const { PORT } = process.env; // the commands of the workshop choose it
app.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
