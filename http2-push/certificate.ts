// Browsers speak HTTP/2 only over TLS. So the first start makes a certificate of its own, for this machine alone.
import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { generate } from "selfsigned";

const folder = new URL(".certificate/", import.meta.url);
const names = [
  { type: 2, value: "localhost" },
  { type: 7, ip: "127.0.0.1" },
  { type: 7, ip: "::1" },
] as const;
const day = 24 * 60 * 60 * 1_000;

/** The private key and the certificate, in PEM. Both are kept for the next start, readable by their owner alone. */
export async function certificate(): Promise<{ key: string; cert: string }> {
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
