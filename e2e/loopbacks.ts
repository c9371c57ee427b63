import { networkInterfaces } from "node:os";

const addresses = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);

/** The loopback addresses of this machine. Some containers have no IPv6. */
export const loopbacks: readonly string[] = ["127.0.0.1", "::1"].filter((address) => addresses.includes(address));
export const hasIPv6: boolean = loopbacks.includes("::1");
