// The answer is the list of messages alone. Where to continue has no place in it.
// The check says: GET /msgs answers 200, and not with { msg, cursor } as JSON.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.disable("etag"); // each answer is the whole answer, so that you see what it costs
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  const seen = Number(req.query.since) || 0; // the cursor: how many messages this page has seen
  const msg = messages.slice(seen);
  if (msg.length === 0) return res.status(204).end(); // nothing new: an answer without a body
  return res.json(msg);
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
