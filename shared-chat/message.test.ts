import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Draft, parseDraft, parseJson, parsePost } from "./message.ts";
import { Refusal } from "./refusal.ts";

const ada = { user: "Ada", text: "hello" };

/** The refusal that this call throws. */
function refusal(call: () => unknown): Refusal {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return error as Refusal;
  }
  throw new Error("Nothing was refused.");
}

/** Parses any input: returns the draft, or undefined when it is refused with 422 and a sentence. */
function tryParse(input: unknown): Draft | undefined {
  try {
    return parseDraft(input);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ status: 422, message: expect.stringMatching(/^[A-Z].+\.$/s) });
    return undefined;
  }
}

function expectWithinLimits({ user, text }: Draft) {
  expect([...user].length).toBeGreaterThanOrEqual(1);
  expect([...user].length).toBeLessThanOrEqual(32);
  expect([...text].length).toBeGreaterThanOrEqual(1);
  expect([...text].length).toBeLessThanOrEqual(2_000);
  expect(user).toBe(user.trim());
  expect(text).toBe(text.trim());
  expect(user.isWellFormed() && text.isWellFormed()).toBe(true);
  expect(user.replaceAll(/[\u200C\u200D]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
}

// Any UTF-16 unit, with lone surrogates, control and bidi characters more often than chance.
const unit = fc.oneof(
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  fc.constantFrom("a", " ", "\n", "\0", "😀", "\uD83D", "\uDE00", "\u200C", "\u200D", "\u202E", "\u00AD", "\uFEFF"),
);
const anyText = (maxLength: number) => fc.array(unit, { maxLength }).map((units) => units.join(""));

describe("a draft", () => {
  it("is the trimmed name and text that a person sends", () => {
    expect(parseDraft({ user: " Ada ", text: "\n hello\n there \t" })).toEqual({ user: "Ada", text: "hello\n there" });
  });

  it("keeps its id", () => {
    const draftId = "3f0c9f0e-6a2b-4d0f-9d4e-0c6f6c1f5b11";
    expect(parseDraft({ ...ada, draftId })).toEqual({ ...ada, draftId });
  });

  it.each(["", "1", 1, null, {}, "3f0c9f0e-6a2b-4d0f-9d4e-0c6f6c1f5b1", "3f0c9f0e6a2b4d0f9d4e0c6f6c1f5b11"])(
    "is refused when its id is %j, which is not a UUID",
    (draftId) => {
      expect(refusal(() => parseDraft({ ...ada, draftId }))).toMatchObject({ status: 422, draftId: undefined });
    },
  );

  it("accepts any UUID as its id", () => {
    fc.assert(fc.property(fc.uuid(), (draftId) => parseDraft({ ...ada, draftId }).draftId === draftId));
  });

  it("ignores unknown fields", () => {
    const input = parseJson('{"user":"Ada","text":"hello","id":7,"time":0,"admin":true,"__proto__":{"x":1}}');
    expect(parseDraft(input)).toEqual(ada);
    expect(Object.keys(parseDraft(input))).toEqual(["user", "text"]);
  });

  it("is refused with its id, if the id is valid", () => {
    const draftId = "3f0c9f0e-6a2b-4d0f-9d4e-0c6f6c1f5b11";
    expect(refusal(() => parseDraft({ user: "Ada", text: "", draftId }))).toMatchObject({
      status: 422,
      draftId,
      message: "The text is empty.",
    });
  });

  it("is refused with every reason", () => {
    expect(refusal(() => parseDraft({})).message).toBe(
      "The name is missing or is not text. The text is missing or is not text.",
    );
    expect(refusal(() => parseDraft([1])).message).toBe("A draft must be an object with a user and a text.");
  });

  it("is refused or within the limits, for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const draft = tryParse(input);
        if (draft) expectWithinLimits(draft);
      }),
    );
  });

  it("is refused or within the limits, for any value", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (input) => {
          const draft = tryParse(input);
          if (draft) expectWithinLimits(draft);
        },
      ),
    );
  });

  it("is refused or within the limits, for any fields", () => {
    const field = fc.oneof(anyText(40), fc.anything());
    fc.assert(
      fc.property(fc.record({ user: field, text: field, draftId: field }, { requiredKeys: [] }), (input) => {
        const draft = tryParse(input);
        if (draft) expectWithinLimits(draft);
      }),
    );
  });

  it("is refused or within the limits, for any name and text, and a text is refused only if nothing of it is visible or it is not well-formed", () => {
    fc.assert(
      fc.property(anyText(40), (input) => {
        const name = tryParse({ user: input, text: "hello" });
        const text = tryParse({ user: "Ada", text: input });
        if (name) expectWithinLimits(name);
        if (text) expectWithinLimits(text);
        const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFC]/u.test(input);
        expect(text !== undefined).toBe(input.isWellFormed() && visible);
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not change when it is parsed again", () => {
    fc.assert(
      fc.property(anyText(32), anyText(60), (user, text) => {
        const once = tryParse({ user, text });
        if (once) expect(parseDraft(once)).toEqual(once);
      }),
    );
  });
});

// Nothing of these is drawn: fillers, joiners, blanks, bidi controls, variation selectors.
const unseen = [
  "\u3164",
  "\uFFA0",
  "\u115F",
  "\u2800",
  "\u200D",
  "\u200C",
  "\u034F",
  "\uFE0F",
  "\u180B",
  "\u{E0100}",
  "\u{1D159}",
  "\uFFF9",
  "\uFFFC",
  "\u200C \u2800",
];

it.each(unseen)("has at least one visible character in its name and in its text, and %j has none", (characters) => {
  expect(refusal(() => parseDraft({ user: characters, text: "hello" })).message).toMatch(/^The name is empty\./);
  expect(refusal(() => parseDraft({ user: "Ada", text: characters })).message).toMatch(/^The text is empty\./);
  expect(parseDraft({ user: "Ada", text: `${characters}.` })).toEqual({ user: "Ada", text: `${characters}.` });
});

describe("a text", () => {
  it.each([
    ["one character", "a"],
    ["2,000 characters", "a".repeat(2_000)],
    ["2,000 emoji, which are 4,000 UTF-16 units", "😀".repeat(2_000)],
    ["2,000 characters with whitespace around them", ` ${"a".repeat(2_000)} \n`],
    ["markup, which stays text", "<b>hello</b>"],
    ["control characters, which are harmless in a text", "a\u0007\u202Eb"],
  ])("may be %s", (_what, text) => {
    expect(parseDraft({ user: "Ada", text }).text).toBe(text.trim());
  });

  it.each([
    ["empty", ""],
    ["only whitespace", " \n\t\u00A0\uFEFF"],
    ["2,001 characters", "a".repeat(2_001)],
    ["2,001 emoji", "😀".repeat(2_001)],
    ["only characters that nothing shows", "\u202E\u200B\u00AD"],
    ["half an emoji", "hi \uD83D"],
    ["the other half of an emoji", "\uDE00 hi"],
    ["the halves in the wrong order", "\uDE00\uD83D"],
    ["a number", 1],
    ["null", null],
    ["a list", ["hello"]],
  ])("is not %s", (_what, text) => {
    expect(refusal(() => parseDraft({ user: "Ada", text }))).toMatchObject({ status: 422 });
  });
});

describe("a name", () => {
  it.each([
    ["one character", "A"],
    ["32 characters", "A".repeat(32)],
    ["32 emoji", "😀".repeat(32)],
    ["Persian, with a zero-width non-joiner", "مهدی\u200Cزاده"],
    ["a family, joined by zero-width joiners", "👩\u200D👩\u200D👧"],
    ["Hebrew", "עדה"],
    ["Korean", "김"],
    ["Braille", "\u2801\u2800\u2803"],
    ["an emoji with a variation selector", "\u2764\uFE0F"],
    ["decomposed", "A\u0301da"],
  ])("may be %s", (_what, user) => {
    expect(parseDraft({ user, text: "hello" }).user).toBe(user);
  });

  it.each([
    ["empty", ""],
    ["only whitespace", "   "],
    ["33 characters", "A".repeat(33)],
    ["33 emoji", "😀".repeat(33)],
    ["half an emoji", "Ada\uD83D"],
    ["a right-to-left override", "Ada\u202Ebob"],
    ["a right-to-left mark", "Ada\u200Fbob"],
    ["an isolate", "\u2066Ada\u2069"],
    ["an Arabic letter mark", "Ada\u061C"],
    ["a zero-width space", "Ada\u200B1"],
    ["a soft hyphen", "A\u00ADda"],
    ["a line break", "Ada\nBob"],
    ["a NUL", "Ada\0"],
    ["an escape", "\u001B[31mAda"],
    ["a tag character", "Ada\u{E0041}"],
    ["a number", 1],
    ["missing", undefined],
  ])("is not %s", (_what, user) => {
    expect(refusal(() => parseDraft({ user, text: "hello" }))).toMatchObject({ status: 422 });
  });
});

describe("parseJson", () => {
  it("reads JSON", () => {
    fc.assert(fc.property(fc.json(), (text) => JSON.stringify(parseJson(text)) === JSON.stringify(JSON.parse(text))));
  });

  it("reads any text or refuses it with 400", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), anyText(20)), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          expect(error).toMatchObject({ status: 400, message: "The body is not valid JSON." });
        }
      }),
    );
  });

  it.each(["", "{", "undefined", "NaN", "{'user':1}", "\uFEFF{}"])("refuses %j", (text) => {
    expect(refusal(() => parseJson(text)).status).toBe(400);
  });
});

describe("a posted frame", () => {
  it("holds a draft, which is not parsed yet", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const frame = JSON.stringify({ event: "msg:post", data });
        expect(parsePost(frame)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  it("is refused with a sentence when the draft is missing", () => {
    const refused = refusal(() => parseDraft(parsePost('{"event":"msg:post"}')));
    expect(refused).toMatchObject({ status: 422, message: expect.stringMatching(/^[A-Z].+\.$/) });
  });

  it("is refused with 422 when it is another event", () => {
    expect(refusal(() => parsePost('{"event":"msg:get","data":{}}'))).toMatchObject({
      status: 422,
      message: "The only event that a client sends is msg:post.",
    });
  });

  it.each(["null", "1", '"msg:post"', "[]", "{}", '{"event":null}', '{"data":{}}'])(
    "is refused with 422 when it is %s",
    (frame) => {
      expect(refusal(() => parsePost(frame)).status).toBe(422);
    },
  );

  it("is read, or refused with 400 or 422, for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (frame) => {
        try {
          parsePost(frame);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          expect([400, 422]).toContain((error as Refusal).status);
        }
      }),
    );
  });
});
