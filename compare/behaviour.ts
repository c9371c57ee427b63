// How the four techniques behave where they differ: the answers that the README prints, and the test that finds each one
// out. What no test asks does not belong here, and a difference that is not here is a bug.
import { limits } from "../shared-chat/limits.ts";
import { timing } from "../shared-ui/timing.ts";
import type { VariantName } from "../shared-server/variants.ts";

/** What the questions are about. */
export const groups = {
  speaking: "Speaking",
  breaking: "When something breaks",
  around: "What is on the way, and who may come",
};

export interface Behaviour {
  group: keyof typeof groups;
  /** The question of somebody who has to choose. */
  asks: string;
  /** What is true of each technique. The test compares what it sees with these words. */
  answers: Record<VariantName, string>;
  /** The test: its file, and its title. */
  file: "e2e/traits.spec.ts" | "e2e/traits.test.ts";
  title: string;
}

/** After how many milliseconds at most an end notices, by what the technique brings, that the other was unplugged. */
export const noticed = {
  byPage: ({ poll, request, ping, pong }: Record<"poll" | "request" | "ping" | "pong", number>) => ({
    polling: poll + request, // the next request gets no answer
    "http2-push": Infinity,
    "raw-websockets": Infinity,
    "socket-io": ping + pong, // the library misses a ping
  }),
  byServer: ({ ping, pong }: Record<"ping" | "pong", number>) => ({
    polling: 0, // it tells only who asks
    "http2-push": Infinity,
    "raw-websockets": ping + pong,
    "socket-io": ping + pong,
  }),
};

const seconds = (milliseconds: number) => `${milliseconds / 1_000} s`;
const [byPage, byServer] = [noticed.byPage({ ...limits, ...timing }), noticed.byServer(limits)];

export const behaviour = {
  protocol: {
    group: "speaking",
    asks: "Which HTTP is below?",
    answers: { polling: "http/1.1", "http2-push": "h2", "raw-websockets": "http/1.1", "socket-io": "http/1.1" },
    file: "e2e/traits.spec.ts",
    title: "The page came over the protocol that the technique needs, and says so",
  },
  speaksFirst: {
    group: "speaking",
    asks: "Who speaks first?",
    answers: { polling: "page", "http2-push": "server", "raw-websockets": "server", "socket-io": "server" },
    file: "e2e/traits.spec.ts",
    title: "News come by themselves, or when the page asks",
  },
  whileHidden: {
    group: "speaking",
    asks: "What crosses the wire while nobody looks at the page?",
    answers: {
      polling: "nothing",
      "http2-push": "heartbeats",
      "raw-websockets": "heartbeats",
      "socket-io": "heartbeats",
    },
    file: "e2e/traits.spec.ts",
    title: "While nobody looks at the page, the wire is as silent as the technique allows",
  },
  connections: {
    group: "speaking",
    asks: "Eight tabs of one browser: how many connections?",
    answers: {
      polling: "six at most, for all",
      "http2-push": "one for all",
      "raw-websockets": "one each",
      "socket-io": "one each",
    },
    file: "e2e/traits.spec.ts",
    title: "Eight tabs of one browser share their connections, or have one each",
  },
  returns: {
    group: "breaking",
    asks: "The connection was cut: who comes back?",
    answers: {
      polling: "our code",
      "http2-push": "the browser; after an answer but 200 our code",
      "raw-websockets": "our code",
      "socket-io": "the library",
    },
    file: "e2e/traits.spec.ts",
    title: "After a cut the technique comes back by itself, or leaves it to us",
  },
  remembers: {
    group: "breaking",
    asks: "And who tells the server where to continue?",
    answers: {
      polling: "our code",
      "http2-push": "the browser",
      "raw-websockets": "our code",
      "socket-io": "our code",
    },
    file: "e2e/traits.spec.ts",
    title: "After a cut the technique comes back by itself, or leaves it to us",
  },
  repeats: {
    group: "breaking",
    asks: "The connection breaks before a post is answered: is it sent again?",
    answers: {
      polling: "by the browser, at times",
      "http2-push": "by the browser, at times",
      "raw-websockets": "only by us",
      "socket-io": "only by us",
    },
    file: "e2e/traits.spec.ts",
    title: "A post whose answer is lost may be sent again by the browser, or by nobody",
  },
  unpluggedServer: {
    group: "breaking",
    asks: "The server was unplugged: does the page notice, without a watchdog of ours?",
    answers: {
      polling: `within ${seconds(byPage.polling)}`,
      "http2-push": "no",
      "raw-websockets": "no",
      "socket-io": `within ${seconds(byPage["socket-io"])}`,
    },
    file: "e2e/traits.spec.ts",
    title: "A server that was unplugged is noticed by what the technique brings, or by our watchdog alone",
  },
  unpluggedPage: {
    group: "breaking",
    asks: "The page was unplugged: how long does the server go on telling it news?",
    answers: {
      polling: "not at all",
      "http2-push": "until TCP gives up",
      "raw-websockets": `${seconds(byServer["raw-websockets"])}, by our pings`,
      "socket-io": `${seconds(byServer["socket-io"])}, by its pings`,
    },
    file: "e2e/traits.test.ts",
    title: "A page that was unplugged is told no news any more, or goes on being told until TCP gives up",
  },
  answer: {
    group: "speaking",
    asks: "What says that a post has arrived?",
    answers: {
      polling: "a status of HTTP",
      "http2-push": "a status of HTTP",
      "raw-websockets": "a frame of our own",
      "socket-io": "an acknowledgement of the library",
    },
    file: "e2e/traits.test.ts",
    title: "What says that a post has arrived is HTTP's, the library's or our own",
  },
  order: {
    group: "speaking",
    asks: "Two posts, the second before the first is answered: in order?",
    answers: {
      polling: "not always",
      "http2-push": "not always",
      "raw-websockets": "always",
      "socket-io": "always",
    },
    file: "e2e/traits.test.ts",
    title: "Posts that do not wait for each other keep their order on one connection, and else may not",
  },
  slowReader: {
    group: "breaking",
    asks: "Somebody does not read: what waits in the server?",
    answers: {
      polling: "nothing",
      "http2-push": "all, until our code cuts",
      "raw-websockets": "all, until our code cuts",
      "socket-io": "all, until our code cuts",
    },
    file: "e2e/traits.test.ts",
    title: "For somebody who does not read nothing waits in the server, or everything until we cut",
  },
  oldProxy: {
    group: "around",
    asks: "Through a proxy that knows HTTP/1.1 and no Upgrade?",
    answers: {
      polling: "yes",
      "http2-push": "yes, if it holds no answer back",
      "raw-websockets": "no",
      "socket-io": "yes, by long polling",
    },
    file: "e2e/traits.test.ts",
    title: "A proxy that knows no Upgrade lets the news pass, or does not",
  },
  curl: {
    group: "around",
    asks: "Read and post with curl alone?",
    answers: { polling: "yes", "http2-push": "yes", "raw-websockets": "no", "socket-io": "no" },
    file: "e2e/traits.test.ts",
    title: "Plain requests are enough to read and to post, or are not",
  },
  binary: {
    group: "speaking",
    asks: "Bytes that are no text, downwards?",
    answers: { polling: "yes", "http2-push": "no", "raw-websockets": "yes", "socket-io": "yes" },
    file: "e2e/traits.spec.ts",
    title: "Bytes arrive as they were sent, or only text does",
  },
  rooms: {
    group: "speaking",
    asks: "Who keeps the list of those who listen?",
    answers: {
      polling: "there is none",
      "http2-push": "our code",
      "raw-websockets": "our code",
      "socket-io": "the library, in rooms",
    },
    file: "e2e/traits.test.ts",
    title: "Rooms are the library's, or ours to write",
  },
  otherOrigin: {
    group: "around",
    asks: "May a page of another origin connect, if the server does not object?",
    answers: { polling: "no", "http2-push": "no", "raw-websockets": "yes", "socket-io": "yes" },
    file: "e2e/traits.spec.ts",
    title: "The browser keeps pages of another origin away, or leaves that to the server",
  },
} as const satisfies Record<string, Behaviour>;
