import { describe, expect, it } from "vitest";
import { DeliveryCounter, numbered, type Receiver } from "./delivery-counter.ts";

const receiver = (): Receiver => ({ newest: 0, received: 0 });
const update = (...numbers: number[]) =>
  Buffer.from(
    JSON.stringify({ msg: numbers.map((n) => ({ id: 1, user: "Ada", text: numbered(n, 40) })), cursor: "x.1" }),
  );

/** This many messages are posted, for one receiver. */
function posted(count: number): DeliveryCounter {
  const deliveries = new DeliveryCounter();
  for (let n = 0; n < count; n++) deliveries.next(1, 40);
  return deliveries;
}

describe("a text", () => {
  it("begins with its number and has the requested length", () => {
    expect(numbered(42, 100)).toMatch(/^#00000042 /);
    expect(numbered(42, 100)).toHaveLength(100);
  });
});

describe("the delivery counter", () => {
  it("counts each message, whether it arrives alone or with others in one update", async () => {
    const deliveries = posted(5);
    const ada = receiver();
    deliveries.receive(ada, update(1));
    deliveries.receive(ada, update(2, 3, 4));
    expect([deliveries.delivered, deliveries.duplicates, deliveries.outstanding]).toEqual([4, 0, 1]);
    const all = deliveries.all(10_000);
    deliveries.receive(ada, update(5));
    await all;
    expect(deliveries.latency.count).toBe(5);
  });

  it("accepts another order without a loss or a duplicate: posts that are under way together may change places", () => {
    const deliveries = posted(4);
    const ada = receiver();
    deliveries.receive(ada, update(3, 1));
    deliveries.receive(ada, update(4, 2));
    expect([deliveries.delivered, deliveries.duplicates, deliveries.outstanding]).toEqual([4, 0, 0]);
  });

  it("counts a second arrival of the same message as a duplicate", () => {
    const deliveries = posted(40);
    const ada = receiver();
    deliveries.receive(ada, update(1, 2, 2));
    deliveries.receive(ada, update(1));
    deliveries.receive(ada, update(40, 2)); // too late to know
    expect([deliveries.delivered, deliveries.duplicates]).toEqual([3, 3]);
  });

  it("does not wait for a lost message for ever", async () => {
    const deliveries = posted(2);
    deliveries.receive(receiver(), update(2));
    await deliveries.all(1);
    expect(deliveries.outstanding).toBe(1);
  });

  it("keeps two receivers apart", () => {
    const deliveries = new DeliveryCounter();
    deliveries.next(2, 40);
    deliveries.receive(receiver(), update(1));
    deliveries.receive(receiver(), update(1));
    expect([deliveries.delivered, deliveries.duplicates, deliveries.outstanding]).toEqual([2, 0, 0]);
  });

  it("counts what reaches somebody who is not in the room as astray, and not as a delivery", () => {
    const deliveries = new DeliveryCounter();
    const [ada, bob, cyd] = [{ ...receiver(), room: 0 }, { ...receiver(), room: 1 }, receiver()];
    deliveries.next(1, 40, 1);
    for (const one of [ada, cyd]) deliveries.receive(one, update(1));
    expect([deliveries.delivered, deliveries.astray, deliveries.outstanding]).toEqual([0, 2, 1]);
    deliveries.receive(bob, update(1));
    expect([deliveries.delivered, deliveries.astray, deliveries.outstanding]).toEqual([1, 2, 0]);
    deliveries.next(3, 40); // in the lobby
    for (const one of [ada, bob, cyd]) deliveries.receive(one, update(2));
    expect([deliveries.delivered, deliveries.astray, deliveries.outstanding]).toEqual([4, 2, 0]);
  });

  it("counts what reaches more people than it was for as astray: it does not stand in for a message that is still to come", () => {
    const deliveries = posted(2);
    for (const one of [receiver(), receiver(), receiver()]) deliveries.receive(one, update(1));
    expect([deliveries.delivered, deliveries.astray, deliveries.outstanding]).toEqual([1, 2, 1]);
  });

  it("does not count messages from before the count", () => {
    const deliveries = posted(3);
    const ada = receiver();
    deliveries.skip(ada, update(1, 2));
    deliveries.receive(ada, update(3));
    expect([deliveries.delivered, deliveries.duplicates]).toEqual([1, 0]);
    deliveries.receive(ada, update(2));
    expect(deliveries.duplicates).toBe(1);
  });

  it("does not take an acknowledgement for an update", () => {
    const deliveries = posted(1);
    const ack = Buffer.from(JSON.stringify({ event: "msg:ack", data: { id: 1, user: "Ada", text: numbered(1, 40) } }));
    expect(deliveries.isUpdate(ack)).toBe(false);
    deliveries.receive(receiver(), ack);
    expect(deliveries.delivered).toBe(0);
  });
});
