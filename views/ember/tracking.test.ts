// What Ember sees of a list that is changed in place, and of one that is replaced.
// @ts-expect-error: Ember has types for the names that its own bundlers know, such as @ember/reactive/collections
import { trackedArray, trackedObject } from "ember-source/@ember/reactive/collections.js";
// @ts-expect-error
import { createCache, getValue } from "ember-source/@glimmer/tracking/primitives/cache/index.js";
import { expect, test } from "vitest";

test("Ember draws a tracked value again when it is replaced, and not when a list in it is changed in place", () => {
  const tracked = trackedObject({ messages: ["hello"] });
  const drawn = createCache(() => tracked.messages.join());
  expect(getValue(drawn)).toBe("hello");
  tracked.messages.push("again");
  expect(getValue(drawn)).toBe("hello");
  tracked.messages = [...tracked.messages];
  expect(getValue(drawn)).toBe("hello,again");
});

test("A tracked array is drawn again when it is changed in place", () => {
  const messages = trackedArray(["hello"]);
  const drawn = createCache(() => messages.join());
  expect(getValue(drawn)).toBe("hello");
  messages.push("again");
  expect(getValue(drawn)).toBe("hello,again");
});
