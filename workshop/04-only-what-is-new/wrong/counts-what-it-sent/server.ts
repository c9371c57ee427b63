// The server remembers how much it has sent, whoever it was that asked.
// The check says: Another page asks, with the same cursor or without one, and GET /msgs does not bring what it has not seen. What counts is the cursor of the request, not what was sent before: that was to somebody else.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
let sent = 0;
const app = express();
app.disable("etag"); // each answer is the whole answer, so that you see what it costs
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (_req, res) => {
  const msg = messages.slice(sent);
  sent = messages.length;
  if (msg.length === 0) return res.status(204).end(); // nothing new: an answer without a body
  return res.json({ msg, cursor: String(messages.length) });
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
