// Browsers speak HTTP/2 only over TLS. So the first start makes a self-signed certificate, only for this machine. If you have
// a better one, TLS_CERT and TLS_KEY name its files.
import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { fileURLToPath } from "node:url";
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
 * @throws {UsageError} when TLS_CERT and TLS_KEY do not name a certificate and its private key, or when nothing can be kept.
 */
export async function certificate(): Promise<{ key: string; cert: string }> {
  const { TLS_CERT, TLS_KEY } = process.env;
  if (TLS_CERT || TLS_KEY) return readPair(TLS_CERT, TLS_KEY);
  const kept = readKept();
  if (kept) return kept;
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - day), // a clock that is set back a little does not end it
    notAfterDate: new Date(Date.now() + 365 * day),
    extensions: [{ name: "subjectAltName", altNames: [...names] }],
  });
  try {
    keep(`${key}\n${cert}`);
  } catch (error) {
    throw new UsageError(`The certificate cannot be kept in ${fileURLToPath(folder)}: ${(error as Error).message}.`);
  }
  return { key, cert };
}

// Two servers may start at the same time. One file, renamed into place, so that no server reads the key of one pair and the
// certificate of the other.
function keep(pem: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = new URL(`${process.pid}.pem`, folder);
  try {
    writeFileSync(own, pem, { mode: 0o600 });
    renameSync(own, new URL("localhost.pem", folder));
  } finally {
    rmSync(own, { force: true }); // half of a key, when the disk is full
  }
}

function readPair(certFile = "", keyFile = "") {
  if (!certFile || !keyFile) throw new UsageError("TLS_CERT and TLS_KEY go together, and one of them is missing.");
  const pair = { key: "", cert: "" };
  try {
    Object.assign(pair, { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") });
    createSecureContext(pair); // throws when the key is not the key of the certificate
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw new UsageError(
      `TLS_CERT=${certFile} and TLS_KEY=${keyFile} are not a certificate and its private key: ${reason ?? message}.`,
    );
  }
  const [from, to] = validity(pair.cert);
  if (from < Date.now() && Date.now() < to) return pair;
  const [first, last, now] = [from, to, Date.now()].map((time) => new Date(time).toUTCString());
  throw new UsageError(`TLS_CERT=${certFile} is valid from ${first} to ${last}, and this machine's clock says ${now}.`);
}

/** From when to when a certificate is valid. */
function validity(pem: string): [from: number, to: number] {
  const { validFrom, validTo } = new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERT")));
  return [Date.parse(validFrom), Date.parse(validTo)];
}

function readKept() {
  try {
    const pem = readFileSync(new URL("localhost.pem", folder), "utf8");
    const [from, to] = validity(pem);
    createSecureContext({ key: pem, cert: pem }); // throws when one of the two is missing or broken
    return from < Date.now() && Date.now() + day < to ? { key: pem, cert: pem } : undefined;
  } catch {
    return undefined; // missing or unreadable: a new one is made
  }
}
