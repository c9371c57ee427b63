import type { Network } from "../in-page.ts";
import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  const ada = await t.opens();
  await ada.passes(3_100);

  /** Lets every poll fail for so many seconds. Returns the pauses between them, in seconds. */
  const pausesWith = async (chance: number, seconds: number, network: Network = "refused") => {
    const before = (await ada.polls()).length;
    await ada.chance(chance);
    await ada.network(network);
    await ada.passes(seconds * 1_000);
    const failed = (await ada.polls()).slice(before);
    return failed.slice(1).map(({ at }, i) => (at - failed[i]!.at) / 1_000);
  };
  /** The server is back, and the next answer arrives. */
  const comesBack = async () => {
    const before = (await ada.polls()).length;
    await ada.network("up");
    await ada.passes(30_000);
    return (await ada.polls()).length > before;
  };

  const state = () => ada.page.getByRole("status").textContent();

  const pauses = await pausesWith(0.9, 400);
  t.needs(
    pauses.length > 0,
    "One failed poll ends the loop for good: the server comes back, and the page never asks again.",
    "client.ts",
    /fetch\("\/msgs/,
  );
  const delay = [/Math\.random/, /2 \*\*|Math\.pow/, /catch/];
  const atOnce =
    "After a failed poll the page asks again at once, for ever. A server in trouble needs a pause, in milliseconds: await rest(…) after each failure.";
  t.needs(rests(pauses), atOnce, "client.ts", /catch/);
  t.needs(
    pauses.length > 3 && pauses[3]! > 1.5 * pauses[0]!,
    "The pauses do not grow: after the fourth failure in a row the page rests no longer than after the first one.",
    "client.ts",
    ...delay,
  );
  t.needs(
    Math.max(...pauses) < 25,
    "The pauses grow without a limit: one takes longer than 25 s. When the server is back, the page must notice soon.",
    "client.ts",
    ...delay,
  );
  t.needs(
    pauses[0]! <= 1.6,
    `After the first failure the page rests ${pauses[0]} s. It may be 1.5 s at most: 0.5 s, and a random part below 1 s. Is there another rest after it?`,
    "client.ts",
    /rest\(3/,
    /\brest\(/,
    ...delay,
  );
  t.needs(
    pauses[3]! - 0.5 > 5 * (pauses[0]! - 0.5),
    "The pauses grow too slowly. The upper bound of the random part must double with each failure: 1 s, 2 s, 4 s, 8 s.",
    "client.ts",
    /Math\.min/,
    ...delay,
  );

  const gone = await state();
  t.needs(
    gone === "reconnecting",
    `The server is gone, and the page does not say so: it says "${gone}". After a failure: say("reconnecting").`,
    "client.ts",
    /catch/,
  );

  t.needs(
    await comesBack(),
    "The server was away for minutes, and is back for half a minute, and the page has not asked. It must try again for ever.",
    "client.ts",
    /while|for \([^;]*;[^;]+;|failed [<>]/,
    ...delay,
  );
  const back = await state();
  t.needs(
    back === "connected",
    `The server is back, and the page does not say so: it says "${back}". After an answer: say("connected").`,
    "client.ts",
    /show\(/,
  );
  const later = await pausesWith(0.1, 20);
  t.needs(
    later[0]! <= 1.6,
    "A new outage begins with the long pauses of the one before. After an answer, the failures must count from 0 again.",
    "client.ts",
    /\+\+|\+= ?1/,
    ...delay,
  );
  const least = Math.min(...pauses, ...later);
  t.needs(
    least >= 0.5,
    `The pause after a failure has no minimum: with a small random number the page asks again after ${least} s. Rest at least 0.5 s, plus the random part.`,
    "client.ts",
    ...delay,
  );
  t.needs(
    Math.abs(later[2]! - pauses[2]!) > 0.1,
    "The pauses have no jitter: two pages that failed at the same moment come back at the same moment, again and again.",
    "client.ts",
    ...delay,
  );

  t.needs(
    Math.abs(later[2]! - pauses[2]!) > 1,
    "The pauses grow, and the random part does not: after the third failure it is between 0 s and 4 s. Pages that failed at the same moment come back almost at the same moment.",
    "client.ts",
    ...delay,
  );

  await comesBack();
  t.needs(rests(await pausesWith(0.1, 10, "broken")), atOnce, "client.ts", /\.ok\b/, /catch/);
  t.needs(
    await comesBack(),
    "A proxy answers 502 with a page of HTML, and the page never asks again. Reading the answer can fail, too.",
    "client.ts",
    /json\(/,
  );
  t.needs(rests(await pausesWith(0.1, 10, "captive")), atOnce, "client.ts", /json\(/);
  t.needs(
    await comesBack(),
    "A proxy answers 200 with a page of HTML, and the page never asks again. Reading the answer can fail, too: response.json() belongs into the try.",
    "client.ts",
    /json\(/,
  );

  await ada.network("failing");
  await ada.passes(3_100);
  t.needs(
    (await state()) === "reconnecting",
    "The server answers 500, and the page takes that for an answer. fetch throws only when there is none: look at response.ok.",
    "client.ts",
    /\.ok\b/,
    /fetch\("\/msgs/,
  );
}

/** Whether there is a pause, in seconds, each time. */
const rests = (pauses: number[]) => pauses.every((pause) => pause > 0.05);
