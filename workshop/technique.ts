// Runs the server of a technique that is not one of the four, as they are run: exercise 20. FIFTH is its folder, from the root.
import { start } from "../shared-server/start.ts";
import type { VariantName } from "../shared-server/variants.ts";

const { FIFTH, PORT } = process.env;
await start(FIFTH as VariantName, { port: Number(PORT) });
console.log(`The server listens at http://localhost:${PORT}/?wire`);
