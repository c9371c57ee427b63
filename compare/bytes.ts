// How much JavaScript a page of each variant would ship in production. The pages here are readable, and larger.
import { gzipSync } from "fflate"; // and not node:zlib, whose output differs a little from machine to machine
import { make } from "../shared-ui/server/bundle.ts";
import type { VariantName } from "../shared-ui/server/variants.ts";

/** The `client.ts` of a variant with all that it imports, in bytes: minified, and then compressed as most servers do. */
export async function bytesOf(variant: VariantName): Promise<{ minified: number; gzipped: number }> {
  const { code } = await make(`${variant}/client.ts`, true);
  const minified = Buffer.from(code);
  return { minified: minified.length, gzipped: gzipSync(minified).length };
}
