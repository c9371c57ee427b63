// The server answers when there is something new, and the answer is over.
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.disable("etag");
app.use(page); // the page, its style, and client.ts as JavaScript

// msg:get
app.get("/msgs", (req, res) => {
  const seen = Number(req.query.since) || 0; // the cursor: how many messages this page has seen
  // TODO: Let the answer stay open. Write what the page has not seen as one event, and then an event for each message that is posted.
  res.json({ msg: messages.slice(seen), cursor: String(messages.length) });
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
