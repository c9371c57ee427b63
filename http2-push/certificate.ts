// Browsers speak HTTP/2 only over TLS. So the first start makes a self-signed certificate, only for this machine. If you have
// a better one, TLS_CERT and TLS_KEY name its files.
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
 * The private key and the certificate, in PEM. Without TLS_CERT and TLS_KEY they are made here and kept for the next start,
 * readable only by their owner.
 * @throws {UsageError} when TLS_CERT and TLS_KEY do not name a certificate and its private key.
 */
export async function certificate(): Promise<{ key: string; cert: string }> {
  const { TLS_CERT, TLS_KEY } = process.env;
  if (TLS_CERT || TLS_KEY) return readPair(TLS_CERT, TLS_KEY);
  const kept = readKept();
  if (kept) return kept;
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 365 * day),
    extensions: [{ name: "subjectAltName", altNames: [...names] }],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Two servers may start at the same time. One file, renamed into place, so that no server reads the key of one pair and the
  // certificate of the other.
  const own = new URL(`${process.pid}.pem`, folder);
  writeFileSync(own, `${key}\n${cert}`, { mode: 0o600 });
  renameSync(own, new URL("localhost.pem", folder));
  return { key, cert };
}

function readPair(certFile = "", keyFile = "") {
  if (!certFile || !keyFile) throw new UsageError("TLS_CERT and TLS_KEY go together, and one of them is missing.");
  try {
    const pair = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
    createSecureContext(pair); // throws when the key is not the key of the certificate
    return pair;
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw new UsageError(
      `TLS_CERT=${certFile} and TLS_KEY=${keyFile} are not a certificate and its private key: ${reason ?? message}.`,
    );
  }
}

function readKept() {
  try {
    const pem = readFileSync(new URL("localhost.pem", folder), "utf8");
    const valid = Date.parse(new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERT"))).validTo);
    createSecureContext({ key: pem, cert: pem }); // throws when one of the two is missing or broken
    return valid > Date.now() + day ? { key: pem, cert: pem } : undefined;
  } catch {
    return undefined; // missing or unreadable: a new one is made
  }
}
