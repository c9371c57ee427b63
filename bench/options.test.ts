import { afterEach, describe, expect, it, vi } from "vitest";
import { checkDescriptors, parseOptions } from "./options.ts";
import { targets } from "./targets.ts";

afterEach(() => vi.restoreAllMocks());

const parse = (line = "") => parseOptions(line.split(" ").filter(Boolean));

describe("the options", () => {
  it("measure everything three times with 500 clients by default", () => {
    expect(parse()).toMatchObject({ clients: 500, rate: 10, rounds: 3, quick: false, out: "bench/results.json" });
    expect(parse().only).toEqual(targets);
    expect(parse().scenarios).toEqual([
      "connect",
      "delivery",
      "flat-out",
      "bursts",
      "wire",
      "room",
      "room-of-many",
      "rooms",
      "idle",
      "restart",
    ]);
  });

  it("take the numbers from the command line", () => {
    expect(parse("--clients 1000 --rate 20 --rounds 5 --seconds 10 --background 25")).toMatchObject({
      clients: 1_000,
      rate: 20,
      rounds: 5,
      seconds: 10,
      background: 25,
    });
  });

  it("select a variant with everything that it is compared with, or one target", () => {
    const ids = (line: string) => parse(line).only.map(({ id }) => id);
    expect(ids("--only raw-websockets")).toEqual([
      "raw-websockets",
      "raw-websockets-tls",
      "ws-prepared",
      "ws-plain",
      "course-raw-websockets",
    ]);
    expect(ids("--only ws-prepared --only http")).toEqual(["http", "ws-prepared"]);
  });

  it("leave out what is slow when a quick look is enough, unless it is named", () => {
    expect(parse("--quick").scenarios).toEqual(["connect", "delivery", "bursts", "wire"]);
    expect(parse("--quick --scenario idle").scenarios).toEqual(["idle"]);
    expect(parse("--quick").only.some(({ kind }) => kind === "course")).toBe(false);
    expect(parse("--quick --only course-polling").only).toHaveLength(1);
  });

  it("measure rooms together with what they are compared with", () => {
    expect(parse("--scenario rooms").scenarios).toEqual(["room", "room-of-many", "rooms"]);
    expect(parse("--scenario room").scenarios).toEqual(["room"]);
  });

  it("do not write partial results, unless a file is named", () => {
    for (const part of ["--quick", "--only polling", "--scenario wire"]) expect(parse(part).out).toBeUndefined();
    expect(parse("--quick --out some.json").out).toBe("some.json");
  });
});

describe("one sentence says what is wrong with the options", () => {
  it.each([
    ["--clients 0", '--clients must be a whole number from 1 to 20000, not "0".'],
    ["--clients many", '--clients must be a whole number from 1 to 20000, not "many".'],
    ["--clients 1e3", '--clients must be a whole number from 1 to 20000, not "1e3".'],
    ["--rate -1", "Option '--rate' argument is ambiguous"],
    ["--seconds 1.5", '--seconds must be a whole number from 1 to 600, not "1.5".'],
    ["--only websocket", 'There is no target "websocket"'],
    ["--scenario sprint", 'There is no scenario "sprint"'],
    ["--cleints 5", "Unknown option '--cleints'"],
    ["--clients", "Option '--clients <value>' argument missing"],
    ["polling", "Unexpected argument 'polling'"],
  ])("%s", (line, words) => {
    expect(() => parse(line)).toThrow(words);
    expect(() => parse(line)).toThrow(/^[^\n]+\.$/);
  });

  it("when the system does not allow enough open files", () => {
    const limit = (soft: number | "unlimited") =>
      vi.spyOn(process.report, "getReport").mockReturnValue({ userLimits: { open_files: { soft } } });
    limit(1_024);
    expect(() => checkDescriptors(parse("--clients 5000 --scenario delivery"))).toThrow(
      "5000 clients need 5200 open files, but the system allows 1024: ulimit -n 5200.",
    );
    limit(5_200);
    expect(() => checkDescriptors(parse("--clients 5000 --scenario delivery"))).not.toThrow();
    expect(() => checkDescriptors(parse("--clients 501 --scenario crowd"))).toThrow("5010 clients");
    limit("unlimited");
    expect(() => checkDescriptors(parse("--clients 20000"))).not.toThrow();
  });
});
