import type { Address, Crowd } from "./crowd.ts";
import * as push from "./http2-push.ts";
import * as polling from "./polling.ts";
import * as socketIo from "./socket-io.ts";
import * as webSocket from "./websocket.ts";

/** Every way in which the load generator can connect to a server. */
export const crowds = {
  polling: polling.crowd,
  "http2-push": push.crowd,
  "http2-push, 100 streams per session": (address) => push.crowd(address, 100),
  "raw-websockets": webSocket.crowd,
  "socket-io": socketIo.crowd,
  "socket-io, polling first": socketIo.pollingFirst,
} as const satisfies Record<string, (address: Address) => Crowd>;

export type CrowdName = keyof typeof crowds;
