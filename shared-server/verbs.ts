// The rare verbs: sign in and out, join and leave a room, ban. They are plain HTTP, the same for all four techniques, and served with the
// page. Whoever changes a right with them is hung up on and comes back: no technique has a line about it.
import type { Application, Request, RequestHandler, Response } from "express";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { z } from "zod";
import { limits } from "../shared-chat/limits.ts";
import { parseRoom, personName, words } from "../shared-chat/message.ts";
import type { Person } from "../shared-chat/people.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { canonical } from "../shared-chat/rooms.ts";
import { json } from "./body.ts";
import { type Chat, tooMany } from "./chat-server.ts";
import { allow } from "./handlers.ts";
import { hashOf, matches } from "./passwords.ts";

// The length alone makes a password hard to guess (NIST SP 800-63B, section 3.1.1.2).
const credentials = z.object(
  {
    // A browser takes these two out of an address (WHATWG URL, section 4.1), so nobody could be banned under them.
    name: personName.refine((name) => name !== "." && name !== "..", "This name cannot be used."),
    password: z
      .string("The password is missing.")
      .min(8, "A password has at least 8 characters.")
      .max(1_000, "The password is too long."),
  },
  "Send an object with a name and a password.",
);

const sentence = z.object(
  {
    reason: z
      .string("The reason is missing.")
      .trim()
      .min(1, "The reason is empty.")
      .max(200, "The reason is too long."),
    until: z.coerce
      .date("The end of the ban is missing, or is not a time: until, in milliseconds since 1970.")
      .transform(Number)
      .refine((until) => until > Date.now(), "The end of the ban is not in the future."),
  },
  "Send an object with a reason and an end.",
);

/** Adds the rare verbs to an app. */
export function withVerbs(app: Application, chat: Chat): Application {
  const { log, sessions } = chat;
  const { people } = log;
  const tries = new RateLimiterMemory(limits.signIns);
  const triesOfAll = new RateLimiterMemory(limits.signInsOfAll);
  const moves = new RateLimiterMemory(limits.moves);

  app
    .route("/session")
    .post(json, answer(signIn))
    .delete(
      answer(async (req, res) => {
        res
          .set("Set-Cookie", await sessions.end(req, "You signed out."))
          .status(204)
          .end();
      }),
    )
    .all(allow("POST", "DELETE"));

  async function signIn(req: Request, res: Response) {
    const { name, password } = parse(credentials, req.body);
    // The limits stand before the hash: it is slow, and each try would cost us more than whoever tries.
    const address = req.socket.remoteAddress ?? "";
    await triesOfAll.consume(address).catch(tooManyTries);
    await tries.consume(`${canonical(name)} ${address}`).catch(tooManyTries);

    const known = people.find(name);
    if (known && !(await matches(password, known.secret)))
      throw new Refusal(401, "This is not the password of this account.");
    if (known) await triesOfAll.reward(address); // it was no guess
    const person = known ?? (await people.create(name, await hashOf(password)));
    res.set("Set-Cookie", await sessions.begin(req, person)).status(known ? 200 : 201);
    res.json({ name: person.name, ...(person.superUser && { superUser: true }) });
  }

  app
    .route("/rooms/:name")
    .put(
      answer(async (req, res) => {
        const { room, made } = await people.join(await mover(req), parseRoom(req.params.name));
        res.status(made ? 201 : 200).json({ room });
      }),
    )
    .delete(
      answer(async (req, res) => {
        await people.leave(await mover(req), parseRoom(req.params.name));
        res.status(204).end();
      }),
    )
    .all(allow("PUT", "DELETE"));

  app
    .route("/bans/:name")
    .put(
      json,
      answer(async (req, res) => {
        const by = superUser(req);
        const person = named(req);
        if (person.superUser) throw new Refusal(403, "The super user cannot be banned.");
        const ban = { name: person.name, ...parse(sentence, req.body), by: by.name };
        await people.ban(person, ban);
        res.json(ban);
      }),
    )
    .delete(
      answer(async (req, res) => {
        const by = superUser(req);
        await people.unban(named(req), by.name);
        res.status(204).end();
      }),
    )
    .all(allow("PUT", "DELETE"));

  app
    .route("/activity")
    .get(
      answer((req, res) => {
        superUser(req);
        const rooms = log.activity().map((room) => ({ ...room, people: people.in(room.room) }));
        res.json({ rooms, bans: people.bans, audit: people.audit });
      }),
    )
    .all(allow("GET", "HEAD"));

  /** Who is signed in. */
  function member(req: Request): Person {
    const session = sessions.session(req);
    if (!session) throw new Refusal(401, chat.reader(req).ended ?? "Sign in first.");
    return session.person;
  }

  /** Who joins or leaves a room. */
  async function mover(req: Request): Promise<Person> {
    const { name } = member(req);
    await moves.consume(canonical(name)).catch((state) => tooMany(state, "You join and leave too fast."));
    return member(req);
  }

  function superUser(req: Request): Person {
    const person = member(req);
    if (!person.superUser) throw new Refusal(403, "Only the super user may do this.");
    return person;
  }

  function named(req: Request): Person {
    const { name = "" } = req.params;
    const person = people.find(name);
    if (!person) throw new Refusal(404, `There is no account with the name ${name}.`);
    return person;
  }

  return app;
}

const tooManyTries = (state: RateLimiterRes) => tooMany(state, "Too many tries to sign in.");

/** A handler whose errors, also those of a promise, are answered with words: Express 4 does not wait for a promise. */
function answer(handler: (req: Request, res: Response) => void | Promise<void>): RequestHandler {
  return (req, res, next) => {
    Promise.resolve()
      .then(() => handler(req, res))
      .catch(next);
  };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Refusal(422, words(parsed.error));
}
