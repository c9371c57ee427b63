import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, everyRoom, lobby, topicsOf } from "./rooms.ts";

describe("the canonical form of a name", () => {
  it.each([
    ["capital letters", "ADA", "ada"],
    ["full-width letters", "Ａｄａ", "Ada"],
    ["blanks", "Ada Lovelace", "AdaLovelace"],
    ["a joiner that shows nothing", "Ad\u200Ca", "Ada"],
    ["an empty Braille cell", "Ada\u2800", "Ada"],
    ["an accent of its own", "Zoe\u0301", "Zoé"],
    ["something invisible between a letter and its accent", "Zoe\u034F\u0301", "Zoé"],
    ["a small letter whose capital has its accent apart", "J\u030Can", "\u01F0an"],
  ])("does not differ by %s", (_what, one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it("is the same for its own result, for any name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => canonical(canonical(name)) === canonical(name)),
      {
        numRuns: 10_000,
      },
    );
  });

  it("differs for different people", () => {
    expect(new Set(["Ada", "Bob", "Zoé", "Zoe", "Аda" /* Cyrillic */].map(canonical)).size).toBe(5);
  });
});

it("a message is addressed to its room and to the super user, or to two people alone", () => {
  expect(topicsOf({ user: "Ada" })).toEqual([lobby, everyRoom]);
  expect(topicsOf({ user: "Ada", room: "garden" })).toEqual(["garden", everyRoom]);
  expect(topicsOf({ user: "Cyd", to: "Bob" })).toEqual(["@bob", "@cyd"]);
});
