// Why a goal is missed, as far as it is known. README.md prints the reasons of the goals that the last run has missed, and no other.
import type { Ratio, ScenarioId } from "./results.ts";

const manyStreams =
  "A hundred streams share the cost of one write to TCP, so small costs become visible: each write restarts the timer that ends idle sessions (`server.setTimeout`), and checks the backlog of a slow consumer. The baseline does neither. We keep both.";
const coldServer =
  "A server that gets a poll only now and then is cold each time, and waking up costs both servers the same.";

/** By target: in which scenarios, and why. */
const reasons: Record<string, Partial<Record<ScenarioId, string>>> = {
  polling: {
    delivery: `A poll returns what was said in three seconds, and the course's protocol always 50 messages, so the payload cannot become many times smaller. Ours also checks with each poll who asks, and from where. ${coldServer}`,
    idle: coldServer,
    "flat-out":
      "Polled without a pause, a response without a body is cheaper, but both servers spend most of a poll in Express.",
  },
  "http2-push": {
    bursts:
      "The log joins a burst, so each stream gets one write for 16 messages. But Node joins writes, too: everything that is written to a session in one turn of the event loop leaves in one piece. So the baseline saves the same system calls, and only the work in JavaScript is left to save. The number of bytes to encrypt is the same.",
  },
  "http2-push-streams": { delivery: manyStreams, bursts: manyStreams },
};

/** Why this goal is missed, in sentences. */
export function reasonOf({ target, scenario, ratio, goal = Infinity }: Ratio): string {
  const known = reasons[target]?.[scenario];
  if (known) return known;
  return ratio.min <= goal ? "The goal is within the spread: on another day it may be met." : "No reason is known yet.";
}
