import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  await t.posts("hello");
  await t.asks("/msgs");
  const ada = await t.opens();
  t.needs(
    (await ada.polls()).length > 0,
    "The page never asks: there is no GET /msgs when it is loaded.",
    "client.ts",
    /poll\(/,
  );
  t.needs(
    (await ada.list()).includes("hello"),
    "The page asks, but it does not show what the answer brings.",
    "client.ts",
    /show\(/,
    /json\(/,
  );

  await ada.passes(2_900);
  t.needs(
    (await ada.polls()).length === 1,
    "The page asks again before three seconds have passed. With a thousand readers, the server would do nothing else. setTimeout takes the function, not its result, and it does not make `await` wait.",
    "client.ts",
    /setTimeout|setInterval/,
    /^\s.*poll\(\)/,
  );
  await ada.passes(200);
  t.needs(
    (await ada.polls()).length > 1,
    "The page asks once and never again: three seconds after the answer there is no second GET /msgs.",
    "client.ts",
    /setTimeout|setInterval/,
  );
  await ada.passes(3_100);
  t.needs(
    (await ada.polls()).length > 2,
    "The page asks twice and never again: after the second answer nothing asks for a third time.",
    "client.ts",
    /setTimeout|setInterval/,
  );

  // The network is slow: an answer takes ten seconds.
  await ada.network("held");
  await ada.passes(10_000);
  t.needs(
    (await ada.polls()).filter(({ open }) => open).length === 1,
    "On a slow network a second poll begins while the first one still waits for its answer. Count the three seconds from the answer.",
    "client.ts",
    /setInterval/,
    /setTimeout/,
  );
  await ada.network("headed");
  const answered = (await ada.polls()).length;
  await ada.passes(10_000);
  t.needs(
    (await ada.polls()).length <= answered + 1,
    "On a slow network the body of an answer takes longer than its head, and the next poll begins before the page has it. Set the timer below response.json().",
    "client.ts",
    /setTimeout/,
  );
  await ada.network("up");

  await ada.passes(1_000);
  await ada.says("fine");
  const before = (await ada.polls()).length;
  await ada.passes(5_900);
  t.needs(
    (await ada.polls()).length <= before + 2,
    "Ada has said something, and now two rounds of polls go on side by side: one more with each message. The timer alone calls poll.",
    "client.ts",
    /then\(.*poll|^\s+(await |void )poll\(/,
    /onSend/,
  );

  await t.posts("<b>bold</b>");
  await ada.passes(3_100);
  t.needs(
    (await ada.list()).includes("<b>bold</b>"),
    "Bob wrote <b>bold</b>, and the page took it for markup. What people type must stay text: draw it with show.",
    "client.ts",
    /innerHTML|insertAdjacentHTML/,
    /show\(/,
  );
  t.needs(
    (await ada.list()).includes("hello"),
    "Bob says something, and what was said before is gone from the page. show draws what it gets and nothing else: give it all messages.",
    "client.ts",
    /show\(/,
  );
}
