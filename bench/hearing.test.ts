import { describe, expect, it } from "vitest";
import { type Ear, Hearing, numbered } from "./hearing.ts";

const ear = (): Ear => ({ newest: 0, came: 0 });
const update = (...numbers: number[]) =>
  Buffer.from(
    JSON.stringify({ msg: numbers.map((n) => ({ id: 1, user: "Ada", text: numbered(n, 40) })), cursor: "x.1" }),
  );

/** Somebody has posted so many messages, for one listener. */
function posted(count: number): Hearing {
  const hearing = new Hearing();
  for (let n = 0; n < count; n++) hearing.next(1, 40);
  return hearing;
}

describe("a text", () => {
  it("has its number in front, and the length that was asked for", () => {
    expect(numbered(42, 100)).toMatch(/^#00000042 /);
    expect(numbered(42, 100)).toHaveLength(100);
  });
});

describe("hearing", () => {
  it("counts what comes, in one piece of news or several", async () => {
    const hearing = posted(5);
    const ada = ear();
    hearing.hear(ada, update(1));
    hearing.hear(ada, update(2, 3, 4));
    expect([hearing.delivered, hearing.duplicates, hearing.awaited]).toEqual([4, 0, 1]);
    const all = hearing.all(10_000);
    hearing.hear(ada, update(5));
    await all;
    expect(hearing.latency.count).toBe(5);
  });

  it("takes another order for no loss and no repeat: posts that are under way together may change places", () => {
    const hearing = posted(4);
    const ada = ear();
    hearing.hear(ada, update(3, 1));
    hearing.hear(ada, update(4, 2));
    expect([hearing.delivered, hearing.duplicates, hearing.awaited]).toEqual([4, 0, 0]);
  });

  it("notices what comes twice", () => {
    const hearing = posted(40);
    const ada = ear();
    hearing.hear(ada, update(1, 2, 2));
    hearing.hear(ada, update(1));
    hearing.hear(ada, update(40, 2)); // too long ago to tell
    expect([hearing.delivered, hearing.duplicates]).toEqual([3, 3]);
  });

  it("does not wait for ever for what is lost", async () => {
    const hearing = posted(2);
    hearing.hear(ear(), update(2));
    await hearing.all(1);
    expect(hearing.awaited).toBe(1);
  });

  it("keeps two listeners apart", () => {
    const hearing = new Hearing();
    hearing.next(2, 40);
    hearing.hear(ear(), update(1));
    hearing.hear(ear(), update(1));
    expect([hearing.delivered, hearing.duplicates, hearing.awaited]).toEqual([2, 0, 0]);
  });

  it("does not count what was said before", () => {
    const hearing = posted(3);
    const ada = ear();
    hearing.skip(ada, update(1, 2));
    hearing.hear(ada, update(3));
    expect([hearing.delivered, hearing.duplicates]).toEqual([1, 0]);
    hearing.hear(ada, update(2));
    expect(hearing.duplicates).toBe(1);
  });

  it("takes an acknowledgement for no news", () => {
    const hearing = posted(1);
    const ack = Buffer.from(JSON.stringify({ event: "msg:ack", data: { id: 1, user: "Ada", text: numbered(1, 40) } }));
    expect(hearing.isNews(ack)).toBe(false);
    hearing.hear(ear(), ack);
    expect(hearing.delivered).toBe(0);
  });
});
