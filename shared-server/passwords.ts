// Passwords: what is kept of one, and how it is checked. scrypt (RFC 7914) is slow on purpose: whoever steals the list of accounts must
// try each password for as long.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { limits } from "../shared-chat/limits.ts";
import { Refusal } from "../shared-chat/refusal.ts";

// As OWASP's cheat sheet on password storage has it: 32 MiB and about 0.2 s. Tests shorten it.
export const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const derive = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt);

let underWay = 0;

// Each takes a core for a while. Whoever waits longer than a page does would only come back and make the queue longer.
async function deriveInTurn(password: string, salt: Buffer): Promise<Buffer> {
  if (underWay >= limits.hashes) throw new Refusal(503, "Many people are signing in. Please try again.", undefined, 2);
  underWay++;
  return derive(password.normalize(), salt, 32, cost).finally(() => underWay--);
}

/** What is kept of a password: the salt and the hash. */
export async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await deriveInTurn(password, salt);
  return `${salt.toString("base64url")}.${hash.toString("base64url")}`;
}

/** Whether a password is the one from which `kept` was made. */
export async function matches(password: string, kept: string): Promise<boolean> {
  const [salt = "", hash = ""] = kept.split(".");
  const derived = await deriveInTurn(password, Buffer.from(salt, "base64url"));
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}
