// How the four techniques differ: the questions and answers that compare/README.md prints, and for each the test that finds
// the answer out. A row without a test does not belong here. A difference without a row is a bug.
import { limits } from "../shared-chat/limits.ts";
import type { VariantName } from "../shared-server/variants.ts";
import { timing } from "../shared-ui/timing.ts";

/** What the questions are about. */
export const groups = {
  sending: "Sending and receiving",
  breaking: "When something breaks",
  between: "What is in between, and who may connect",
};

export interface Behaviour {
  group: keyof typeof groups;
  /** The question, as a reader asks it who has to choose. */
  asks: string;
  /** The answer for each technique. The test compares its observation with these words. */
  answers: Record<VariantName, string>;
  /** The file and the title of the test. */
  file: "e2e/traits.spec.ts" | "e2e/traits.test.ts";
  title: string;
}

/** The longest time in milliseconds until an end notices that its peer was unplugged: the page without our watchdog, the server as it is. */
export const detectionTime = {
  byPage: ({ poll, request, ping, pong }: Record<"poll" | "request" | "ping" | "pong", number>) => ({
    polling: poll + request, // the next request gets no answer
    "http2-push": Infinity,
    "raw-websockets": Infinity,
    "socket-io": ping + pong, // the library misses a ping
  }),
  byServer: ({ ping, pong }: Record<"ping" | "pong", number>) => ({
    polling: 0, // the server sends only when it is asked
    "http2-push": ping + pong,
    "raw-websockets": ping + pong,
    "socket-io": ping + pong,
  }),
};

const seconds = (milliseconds: number) => `${milliseconds / 1_000} s`;
const [byPage, byServer] = [detectionTime.byPage({ ...limits, ...timing }), detectionTime.byServer(limits)];

export const behaviour = {
  protocol: {
    group: "sending",
    asks: "Which HTTP version does the page use?",
    answers: { polling: "http/1.1", "http2-push": "h2", "raw-websockets": "http/1.1", "socket-io": "http/1.1" },
    file: "e2e/traits.spec.ts",
    title: "The page shows the HTTP version that it was delivered over",
  },
  startsTransfer: {
    group: "sending",
    asks: "Does the server send updates on its own, or must the page ask?",
    answers: {
      polling: "the page must ask",
      "http2-push": "the server sends",
      "raw-websockets": "the server sends",
      "socket-io": "the server sends",
    },
    file: "e2e/traits.spec.ts",
    title: "The server sends updates on its own, or only when the page asks",
  },
  whileHidden: {
    group: "sending",
    asks: "While the page is hidden and no messages are sent, what crosses the network?",
    answers: {
      polling: "nothing",
      "http2-push": "heartbeats",
      "raw-websockets": "heartbeats",
      "socket-io": "heartbeats",
    },
    file: "e2e/traits.spec.ts",
    title: "While the page is hidden and no messages are sent, nothing crosses the network, or only heartbeats",
  },
  connections: {
    group: "sending",
    asks: "How many connections do eight tabs of one browser open?",
    answers: {
      polling: "at most six, shared",
      "http2-push": "one, shared",
      "raw-websockets": "one for each tab",
      "socket-io": "one for each tab",
    },
    file: "e2e/traits.spec.ts",
    title: "Eight tabs of one browser share their connections, or open one each",
  },
  acknowledgement: {
    group: "sending",
    asks: "What tells the page that its message has arrived?",
    answers: {
      polling: "an HTTP status",
      "http2-push": "an HTTP status",
      "raw-websockets": "a frame that we define",
      "socket-io": "the library's acknowledgement",
    },
    file: "e2e/traits.test.ts",
    title: "A post is acknowledged by an HTTP status, by the library, or by a frame that we define",
  },
  order: {
    group: "sending",
    asks: "If you send two messages without waiting, do they arrive in order?",
    answers: {
      polling: "not always",
      "http2-push": "not always",
      "raw-websockets": "always",
      "socket-io": "always",
    },
    file: "e2e/traits.test.ts",
    title: "Two posts that do not wait for each other arrive in order, or the second may overtake the first",
  },
  binary: {
    group: "sending",
    asks: "Can the server send binary data?",
    answers: { polling: "yes", "http2-push": "no", "raw-websockets": "yes", "socket-io": "yes" },
    file: "e2e/traits.spec.ts",
    title: "The server can send binary data, or only text",
  },
  whoHears: {
    group: "sending",
    asks: "Who maintains the list of listeners for each topic?",
    answers: {
      polling: "there is no list",
      "http2-push": "our code",
      "raw-websockets": "our code",
      "socket-io": "the library, in rooms",
    },
    file: "e2e/traits.test.ts",
    title: "The library, our code or nobody maintains a list of listeners for each topic",
  },
  reconnects: {
    group: "breaking",
    asks: "If the connection breaks, who reconnects?",
    answers: {
      polling: "our code",
      "http2-push": "the browser; after any status but 200, our code",
      "raw-websockets": "our code",
      "socket-io": "the library",
    },
    file: "e2e/traits.spec.ts",
    title: "After the connection breaks, the technique reconnects and resumes, or leaves it to our code",
  },
  backoff: {
    group: "breaking",
    asks: "Do the pauses between its attempts to reconnect grow?",
    answers: {
      polling: "our code decides",
      "http2-push": "no",
      "raw-websockets": "our code decides",
      "socket-io": "yes",
    },
    file: "e2e/traits.spec.ts",
    title: "The technique waits longer after each failed attempt, or always as long, or leaves it to our code",
  },
  resumes: {
    group: "breaking",
    asks: "Who tells the server where to continue?",
    answers: {
      polling: "our code",
      "http2-push": "the browser",
      "raw-websockets": "our code",
      "socket-io": "our code",
    },
    file: "e2e/traits.spec.ts",
    title: "After the connection breaks, the technique reconnects and resumes, or leaves it to our code",
  },
  repeats: {
    group: "breaking",
    asks: "If the connection breaks before a post is answered, who sends it again?",
    answers: {
      polling: "our code, and sometimes the browser",
      "http2-push": "our code, and sometimes the browser",
      "raw-websockets": "only our code",
      "socket-io": "only our code",
    },
    file: "e2e/traits.spec.ts",
    title: "A post whose answer is lost may be sent again by the browser, or only by our code",
  },
  unpluggedServer: {
    group: "breaking",
    asks: "If the server is unplugged, does the page notice without our watchdog?",
    answers: {
      polling: `within ${seconds(byPage.polling)}`,
      "http2-push": "no",
      "raw-websockets": "no",
      "socket-io": `within ${seconds(byPage["socket-io"])}`,
    },
    file: "e2e/traits.spec.ts",
    title: "Without our watchdog, the page notices an unplugged server in time, or not at all",
  },
  unpluggedPage: {
    group: "breaking",
    asks: "If a client is unplugged, how long does the server go on sending to it?",
    answers: {
      polling: "not at all",
      "http2-push": `up to ${seconds(byServer["http2-push"])}, until our ping fails`,
      "raw-websockets": `up to ${seconds(byServer["raw-websockets"])}, until our ping fails`,
      "socket-io": `up to ${seconds(byServer["socket-io"])}, until the library's ping fails`,
    },
    file: "e2e/traits.test.ts",
    title: "The server sends nothing to an unplugged client, or stops when a ping fails, or goes on until TCP gives up",
  },
  slowConsumer: {
    group: "breaking",
    asks: "If a client stops reading, what piles up on the server?",
    answers: {
      polling: "nothing",
      "http2-push": "everything, until our code hangs up",
      "raw-websockets": "everything, until our code hangs up",
      "socket-io": "everything, until our code hangs up",
    },
    file: "e2e/traits.test.ts",
    title: "If a client stops reading, nothing piles up on the server, or everything until our code hangs up",
  },
  proxy: {
    group: "between",
    asks: "Does it work through a reverse or transparent proxy that reads HTTP and does not support Upgrade?",
    answers: {
      polling: "yes",
      "http2-push": "yes, unless it buffers responses",
      "raw-websockets": "no",
      "socket-io": "yes, by long polling",
    },
    file: "e2e/traits.test.ts",
    title: "Updates pass a proxy that reads HTTP and does not support Upgrade, or they do not",
  },
  hiddenByTls: {
    group: "between",
    asks: "And through such a transparent proxy, if TLS begins in the browser and ends at the server (https, wss)?",
    answers: { polling: "yes", "http2-push": "yes", "raw-websockets": "yes", "socket-io": "yes" },
    file: "e2e/traits.spec.ts",
    title: "Updates pass a transparent proxy when TLS begins in the browser and ends at the server",
  },
  forwardProxy: {
    group: "between",
    asks: "And through a forward proxy, one that the browser is set to use?",
    answers: {
      polling: "yes",
      "http2-push": "yes, by CONNECT",
      "raw-websockets": "yes, by CONNECT",
      "socket-io": "yes, by CONNECT",
    },
    file: "e2e/traits.spec.ts",
    title: "Updates pass a forward proxy as plain responses, or through a tunnel that the browser asks for (CONNECT)",
  },
  sticky: {
    group: "between",
    asks: "With several servers behind a balancer, must all requests of one client reach the same server (sticky sessions)?",
    answers: {
      polling: "no",
      "http2-push": "no",
      "raw-websockets": "no",
      "socket-io": "only for its long polling",
    },
    file: "e2e/traits.test.ts",
    title: "Behind a balancer, several servers on one log need no sticky sessions, or only for long polling",
  },
  curl: {
    group: "between",
    asks: "Is one plain HTTP request (curl) enough to read, and one to post?",
    answers: { polling: "yes", "http2-push": "yes", "raw-websockets": "no", "socket-io": "no" },
    file: "e2e/traits.test.ts",
    title: "One plain HTTP request is enough to read and one to post, or it is not",
  },
  otherOriginReads: {
    group: "between",
    asks: "If the server does not check the Origin, can a page of another origin read updates?",
    answers: { polling: "no", "http2-push": "no", "raw-websockets": "yes", "socket-io": "yes" },
    file: "e2e/traits.spec.ts",
    title:
      "If the server does not check the Origin, a page of another origin can read, or the browser keeps the answer from it",
  },
  otherOriginPosts: {
    group: "between",
    asks: "And can it post?",
    answers: {
      polling: "yes, unless it must be JSON",
      "http2-push": "yes, unless it must be JSON",
      "raw-websockets": "yes",
      "socket-io": "yes",
    },
    file: "e2e/traits.spec.ts",
    title:
      "If the server does not check the Origin, a page of another origin can post, or only until the server insists on JSON",
  },
  refused: {
    group: "between",
    asks: "If the server refuses the connection, what does the page learn?",
    answers: {
      polling: "the status and the words",
      "http2-push": "nothing",
      "raw-websockets": "nothing",
      "socket-io": "the words, if the library refuses (io.use); an HTTP refusal only by long polling",
    },
    file: "e2e/traits.spec.ts",
    title:
      "If the server refuses the connection, the page learns the status and the words, or only the words, or nothing",
  },
  rightEnds: {
    group: "between",
    asks: "What ends an open connection when its reader may hear something else?",
    answers: {
      polling: "nothing has to, the next poll asks again",
      "http2-push": "the end of the stream",
      "raw-websockets": "a close frame, 1012",
      "socket-io": "the library's transport is closed",
    },
    file: "e2e/traits.test.ts",
    title: "When a reader may hear something else, the server ends the open connection, or the next poll asks again",
  },
} as const satisfies Record<string, Behaviour>;
