import { describe, expect, it } from "vitest";
import { nameOf, packetsOf } from "./packets.ts";

describe("the name of a packet", () => {
  it.each([
    ['0{"sid":"lv_VI97HAXpY6yYWAAAB","pingInterval":15000}', "0 open"],
    ["1", "1 close"],
    ["2", "2 ping"],
    ["3", "3 pong"],
    ["2probe", "2 ping probe"],
    ["3probe", "3 pong probe"],
    ["5", "5 upgrade"],
    ["6", "6 noop"],
    ['40{"since":""}', "40 connect"],
    ["41", "41 disconnect"],
    ['42["msg:get",{"msg":[],"cursor":"a.0"}]', "42 event msg:get"],
    ['420["msg:post",{"user":"Ada","text":"42"}]', "42 event msg:post (wants ack 0)"],
    ['4212["msg:post",{}]', "42 event msg:post (wants ack 12)"],
    ['430[{"message":{}}]', "43 ack 0"],
    ['44{"message":"You are connected."}', "44 connect error"],
    ['451-["picture",{"_placeholder":true,"num":0}]', "45 binary event picture"],
    ['42/admin,7["stop"]', "42 event stop (wants ack 7) in /admin"],
    ["40/admin,", "40 connect in /admin"],
    ['42["say \\"hi\\"",1]', '42 event say \\"hi\\"'],
    ["bAQID", "binary"],
  ])("%s is %s", (packet, words) => expect(nameOf(packet)).toBe(words));

  it.each(["", " ", "9", "x", "\u001e", "𝄞", "-1"])("%j is not a packet, and not an error", (packet) =>
    expect(nameOf(packet)).toBe("not a packet"),
  );

  it.each(["4", "4x", "49"])("%s is a message of Engine.IO, but not a packet of Socket.IO", (packet) =>
    expect(nameOf(packet)).toBe("4 message"),
  );
});

it("A body of long polling carries several packets", () => {
  expect(packetsOf('2\u001e42["msg:get",{}]').map(nameOf)).toEqual(["2 ping", "42 event msg:get"]);
  expect(packetsOf("")).toEqual([]);
});
