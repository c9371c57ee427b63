import type { Peer } from "../peer.ts";
import type { ServerClock } from "../run.ts";
import type { Tester } from "../tester.ts";

// The check decides how much time passes on the server.
export const clock: ServerClock = { byHand: true };

export default async function check(t: Tester): Promise<void> {
  /** So many seconds pass. After each of them, the server has read what these peers have answered. */
  const seconds = async (count: number, ...peers: Peer[]) => {
    for (let i = 0; i < count; i++) {
      await t.passes(1_000);
      await Promise.all(peers.map((peer) => peer.settles()));
    }
  };
  const ping = [/\.ping\(/, /TODO/, /setInterval/];
  const pong = [/"pong"/, ...ping];

  // Bob is unplugged, and nobody else is there.
  const bob = await t.dials();
  bob.answers = false;
  await t.passes(60_000);
  await bob.settles();
  t.needs(
    bob.pings > 0 || bob.gone !== undefined,
    "Bob is connected for a minute, and the server has not pinged him. So it cannot know whether he is still there.",
    "server.ts",
    ...ping,
  );
  t.needs(
    bob.gone !== undefined,
    "Bob has not answered a ping for a minute, and the server still keeps his connection. Listen to his pong, and end the connection when none comes.",
    "server.ts",
    ...ping,
  );
  t.needs(
    bob.gone === 1006,
    "Bob does not answer, and the server says goodbye to him and waits for an answer: that is what close() does, for another 30 s. terminate() does not wait.",
    "server.ts",
    /\.close\(/,
    ...pong,
  );

  // Ada answers, and Cyd does not.
  const ada = await t.dials();
  const cyd = await t.dials();
  cyd.answers = false;
  await seconds(60, ada);
  t.needs(
    ada.gone === undefined || ada.pings > 0,
    "Ada has just come, was not pinged yet, and the server ends her connection: it takes the silence of Bob, who was here before, for hers. Each socket needs a note of its own.",
    "server.ts",
    /^let\b/,
    ...pong,
  );
  t.needs(
    ada.gone === undefined,
    "Ada has answered each ping, and the server ends her connection. Only those from whom no pong came are gone.",
    "server.ts",
    ...pong,
  );
  t.needs(ada.pings > 1, "Ada is connected for a minute, and was pinged only once.", "server.ts", ...ping);
  await cyd.settles();
  t.needs(
    cyd.gone !== undefined,
    "Cyd has not answered a ping for a minute, and is kept, because Ada answers. Each socket needs a note of its own whether its pong has come.",
    "server.ts",
    /^let\b/,
    ...pong,
  );

  // Dan answers twice, and then his cable is unplugged.
  const dan = await t.dials();
  await seconds(35, ada, dan);
  t.needs(
    dan.gone === undefined,
    "Dan has answered each ping, and the server ends his connection.",
    "server.ts",
    ...pong,
  );
  dan.answers = false;
  await seconds(60, ada);
  await dan.settles();
  t.needs(
    dan.gone !== undefined,
    "Dan has answered at first, and for a minute he has not. The server keeps him: before each ping, forget the pong of the one before.",
    "server.ts",
    ...pong,
  );

  const pings = ada.pings;
  await seconds(60, ada);
  t.needs(
    ada.pings - pings <= 5,
    "Ada is pinged more than five times in a minute. Every 15 s is four times: each ping wakes a phone.",
    "server.ts",
    /setInterval/,
    ...ping,
  );

  // Ten people come, and close the page a moment later.
  const before = await t.passes(0);
  for (const peer of await Promise.all(Array.from({ length: 10 }, () => t.dials()))) peer.socket.close();
  await ada.settles();
  for (let i = 0; i < 60; i++) await seconds(1, ada);
  const after = await t.passes(0);
  t.needs(
    after < before + 10,
    "Ten people have come and gone, and ten timers more are set than before, for ever. What is set for a connection must be cleared at its end.",
    "server.ts",
    /setInterval/,
    /setTimeout/,
  );

  // Eve is unplugged. Between her first ping and the next round, her time is over.
  const eve = await t.dials();
  eve.answers = false;
  for (let i = 0; i < 60 && eve.pings === 0; i++) await seconds(1, ada, eve);
  await seconds(11, ada, eve);
  t.needs(
    eve.gone !== undefined,
    "Eve has not answered a ping for 11 s, and the server still keeps her connection. Whoever has not answered after 10 s is gone: the next round is too late.",
    "server.ts",
    /\.terminate\(/,
    ...pong,
  );
}
