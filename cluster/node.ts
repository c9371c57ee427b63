// One node of the cluster: what runs on one machine. All four variants, on a log that lives in the store that CHAT_LOG names.
import { cannotStart, stopOnSignal, takeSettings } from "../shared-server/command.ts";
import { type Options, type Running, start } from "../shared-server/start.ts";
import type { VariantName } from "../shared-server/variants.ts";
import { openLog } from "../stores/choose.ts";

/** What the cluster asks of a node: to serve this variant. It answers when it does. */
export type Order = { name: VariantName } & Pick<Options, "port" | "publicOrigin" | "framedBy">;

takeSettings([]);
const log = await openLog(process.env).catch((error) => cannotStart(error, 0, 0));

const servers: Running[] = [];
stopOnSignal(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await log.close();
});

process.on("message", async ({ name, ...options }: Order) => {
  servers.push(await start(name, { ...options, log }));
  process.send!("ready");
});
process.send!("ready");
