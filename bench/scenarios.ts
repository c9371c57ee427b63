import type { RoomScenario, Scenario } from "./results.ts";

/** The length of each text. */
export const characters = 100;

/** How many times as many clients the crowd scenario has. */
export const crowdFactor = 10;

/** How many messages are said in rooms for each second of a conversation. */
export const messagesInRooms = 1_000;

/** The scenarios of rooms. What a message costs in one of them is compared with what it costs in another. */
export const roomScenarios: readonly RoomScenario[] = ["room", "room-of-many", "rooms"];

/** What the clients do while the bench measures. */
export const scenarios: readonly Scenario[] = [
  {
    id: "connect",
    label: "Connecting",
    description: "The server starts, and the clients connect, 50 at a time. No message has been posted yet.",
  },
  {
    id: "delivery",
    label: "Conversation",
    description:
      "All clients listen, and messages are posted at a steady rate. Polling: each client polls every three seconds.",
  },
  {
    id: "flat-out",
    label: "One after another",
    description:
      "The next message is posted as soon as all clients have the last one. Polling: no message is posted, and each client polls again at once.",
  },
  {
    id: "bursts",
    label: "Bursts of 16",
    description: "16 messages are posted at once, and the next 16 as soon as all clients have them.",
  },
  {
    id: "wire",
    label: "On the wire",
    description:
      "Ten clients connect through a tap, which counts the bytes. 50 messages are posted, one after another.",
  },
  {
    id: "crowd",
    label: "Ten times the clients",
    description:
      "The conversation with ten times as many clients and a tenth of the messages, so with as many deliveries.",
  },
  {
    id: "room",
    label: "One room",
    description:
      "Ten people in one room are connected, and nobody else. Messages are said there, the next as soon as the ten have the last one.",
  },
  {
    id: "room-of-many",
    label: "One room of many",
    description: "The same, while all other clients are connected, too: ten in each other room, where nothing is said.",
  },
  {
    id: "rooms",
    label: "One room after another",
    description: "All clients are connected, ten in each room, and each message is said in the next room.",
  },
  {
    id: "idle",
    label: "Silence",
    description:
      "All clients are connected, and no message is posted: for 15 seconds, the time of one heartbeat. Polling: for two rounds of polls.",
  },
  {
    id: "restart",
    label: "Restart",
    description:
      "The server shuts down, and another one starts at the same port. All clients reconnect as the page does.",
  },
];
