// Rooms of ten people. The server and the load generator both know who is in which room, and the token of everybody's session: signing
// in costs a password hash, and ten thousand of them would take minutes.
import { createHash } from "node:crypto";
import { limits } from "../shared-chat/limits.ts";
import type { Log } from "../shared-chat/log.ts";

/** How many people are in each room. */
export const roomSize = 10;

/** How many rooms this many clients fill; at least one. */
export const roomsOf = (clients: number): number => Math.max(1, Math.floor(clients / roomSize));

/** The room of a person. Both are numbers from 0. */
export const roomOf = (person: number): number => Math.floor(person / roomSize);

/** The name of a room. */
export const nameOf = (room: number): string => `room-${room}`;

/** The token in the cookie of a person: as long as a real one, and no secret. */
export const tokenOf = (person: number): string => `person-${person}-`.padEnd(43, "0");

/** Makes this many rooms, the people in them, and a session for each. Removes the limits that stand in the way. */
export async function fill({ people }: Log, rooms: number): Promise<void> {
  limits.rooms = limits.people = Infinity;
  for (let number = 0; number < rooms * roomSize; number++) {
    const person = await people.create(`Person ${number}`, "a secret that nobody checks");
    await people.join(person, nameOf(roomOf(number)));
    await people.signIn(person, createHash("sha256").update(tokenOf(number)).digest("base64url")); // as in shared-server/sessions.ts
  }
}
