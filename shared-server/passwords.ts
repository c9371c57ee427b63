// Passwords: what is kept of one, and how it is checked. scrypt (RFC 7914) is slow on purpose: whoever steals the list of accounts must
// try each password for as long.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

// As OWASP's cheat sheet on password storage has it: 32 MiB and about 0.2 s. Tests shorten it.
export const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const derive = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt);

/** What is kept of a password: the salt and the hash. */
export async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize(), salt, 32, cost);
  return `${salt.toString("base64url")}.${hash.toString("base64url")}`;
}

/** Whether this is the password that is kept so. */
export async function matches(password: string, kept: string): Promise<boolean> {
  const [salt = "", hash = ""] = kept.split(".");
  const derived = await derive(password.normalize(), Buffer.from(salt, "base64url"), 32, cost);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}
