// Browsers speak HTTP/2 only over TLS. So the first start makes a certificate of its own, for this machine alone, unless
// there is a better one: TLS_CERT and TLS_KEY name the files.
import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { generate } from "selfsigned";
import { UsageError } from "../shared-server/command.ts";

const folder = new URL(".certificate/", import.meta.url);
const names = [
  { type: 2, value: "localhost" },
  { type: 7, ip: "127.0.0.1" },
  { type: 7, ip: "::1" },
] as const;
const day = 24 * 60 * 60 * 1_000;

/**
 * The private key and the certificate, in PEM: yours, or our own, which is kept for the next start, readable by its owner alone.
 * @throws {Mistake} when there should be one of yours, and it is none.
 */
export async function certificate(): Promise<{ key: string; cert: string }> {
  const { TLS_CERT, TLS_KEY } = process.env;
  if (TLS_CERT || TLS_KEY) return yours(TLS_CERT, TLS_KEY);
  const kept = read();
  if (kept) return kept;
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 365 * day),
    extensions: [{ name: "subjectAltName", altNames: [...names] }],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Two servers may start at once. One file, put in place in one step, so that nobody reads the key of one and the certificate of the other.
  const mine = new URL(`${process.pid}.pem`, folder);
  writeFileSync(mine, `${key}\n${cert}`, { mode: 0o600 });
  renameSync(mine, new URL("localhost.pem", folder));
  return { key, cert };
}

function yours(certFile = "", keyFile = "") {
  if (!certFile || !keyFile) throw new UsageError("TLS_CERT and TLS_KEY go together, and one of them is missing.");
  try {
    const pair = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
    createSecureContext(pair); // throws when they do not belong together
    return pair;
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw new UsageError(
      `TLS_CERT=${certFile} and TLS_KEY=${keyFile} are no certificate and its key: ${reason ?? message}.`,
    );
  }
}

function read() {
  try {
    const pem = readFileSync(new URL("localhost.pem", folder), "utf8");
    const valid = Date.parse(new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERT"))).validTo);
    createSecureContext({ key: pem, cert: pem }); // throws when one of the two is missing or broken
    return valid > Date.now() + day ? { key: pem, cert: pem } : undefined;
  } catch {
    return undefined; // not there yet, or unreadable: it is made anew
  }
}
