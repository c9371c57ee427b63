import type { Scenario } from "./results.ts";

/** The length of each text. */
export const characters = 100;

/** How many times as many clients the large crowd has. */
export const crowded = 10;

/** What happens while we measure. */
export const scenarios: readonly Scenario[] = [
  {
    id: "connect",
    label: "Connecting",
    description: "The server starts, and the clients come, 50 at a time. Nothing has been said yet.",
  },
  {
    id: "delivery",
    label: "A conversation",
    description:
      "All clients listen, and one says so many messages in a second, evenly. Polling: each asks every three seconds.",
  },
  {
    id: "flat-out",
    label: "One after another",
    description:
      "The next message is posted as soon as everybody has the last one. Polling: nobody speaks, and everybody asks again at once.",
  },
  {
    id: "bursts",
    label: "Bursts of 16",
    description: "16 messages are posted at once, and the next 16 as soon as everybody has them.",
  },
  {
    id: "wire",
    label: "On the wire",
    description: "Ten clients come through a tap, which counts what crosses. One message after another, 50 of them.",
  },
  {
    id: "crowd",
    label: "Ten times the crowd",
    description:
      "The conversation with ten times as many clients and a tenth of the messages, so with as many deliveries.",
  },
  {
    id: "idle",
    label: "Silence",
    description:
      "All clients are connected, and nobody speaks: for 15 seconds, the time of one heartbeat. Polling: for two rounds of polls.",
  },
  {
    id: "restart",
    label: "A restart",
    description:
      "The server says goodbye and ends; another one starts at the same port. All clients come back as the page does.",
  },
];
