import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, readCard, sign } from "../../static/js/ekey.js";
import { goodCard, installClient, LOCKED, nameOf, NO_CARD, refused, success, WRONG_PIN } from "./fake_client.mjs";

const URL = "ws://127.0.0.1:61232/?user=clerk";

test("a card says what it is, and the connection is closed again", async () => {
  const log = installClient(goodCard);
  assert.deepEqual(await readCard(URL), {
    cardNumber: "8800000000003107",
    certificateNumber: "012c14a9",
    certificate: "MIIC",
    holder: "王小明",
    unitCode: "1111510001",
    unitName: "北京天竺示范加工有限公司",
  });
  assert.deepEqual(log.sockets.map((socket) => [socket.url, socket.readyState]), [[URL, 3]]);
});

test("what is to be signed goes to the client unchanged and in one frame", async () => {
  const log = installClient(goodCard);
  const inData = `<ds:SignedInfo>\n${"担".repeat(38_000)}</ds:SignedInfo>`;
  assert.deepEqual(await sign(URL, inData, "88888888"), { signature: "c2lnbmVk", certificateNumber: "012c14a9" });
  assert.equal(log.frames.length, 1);
  assert.deepEqual(JSON.parse(log.frames[0]).args, { inData, passwd: "88888888" });
});

test("answers in another order find their requests", async () => {
  const held = [];
  installClient((request, answer) => {
    held.push(() => answer(success(nameOf(request))));
    if (held.length === 3) held.reverse().forEach((send) => send());
  });
  const connection = await connect(URL);
  const names = ["GetCardID", "GetUName", "GetEntID"];
  const answers = await Promise.all(names.map((name) => connection.request(name, {}, 1000)));
  assert.deepEqual(answers.flat(), names);
});

test("an answer to another method or an unknown request is not taken for ours", async () => {
  installClient((request, answer, socket) => {
    socket.deliver({ ...success("stray"), _id: request._id, _method: "cus-sec_SpcOther", _status: "00" });
    socket.deliver({ ...success("stray"), _id: 99, _method: request._method, _status: "00" });
    socket.deliver("noise");
    answer(success("ours"));
  });
  const connection = await connect(URL);
  assert.deepEqual(await connection.request("GetCardID", {}, 1000), ["ours"]);
});

test("no client is running", async () => {
  installClient(goodCard, { refuses: true });
  await assert.rejects(readCard(URL), { name: "CardError", code: "no_client" });
});

test("a service that does not greet is no client", async () => {
  const log = installClient(goodCard, { greets: false });
  await assert.rejects(connect(URL, { timeout: 5 }), { code: "no_client" });
  assert.equal(log.sockets[0].readyState, 3);
});

test("an address the browser refuses is no client", async () => {
  globalThis.WebSocket = class {
    constructor() {
      throw new DOMException("blocked", "SecurityError");
    }
  };
  await assert.rejects(connect(URL), { code: "no_client" });
});

const refusals = [
  ["an empty reader", NO_CARD, { code: "no_card" }],
  ["a reader that cannot be opened", refused("[读卡器底层库]打开读卡器失败:错误码=50200", "Err:Custom50200"), { code: "no_card" }],
  ["a wrong PIN", WRONG_PIN, { code: "wrong_pin", triesLeft: 4 }],
  ["a wrong PIN without a count", refused("[卡]密码错误"), { code: "wrong_pin", triesLeft: null }],
  ["a locked PIN", LOCKED, { code: "pin_locked", triesLeft: 0 }],
  ["the last try", refused("[卡]密码错误，剩余重试次数=0"), { code: "pin_locked", triesLeft: 0 }],
  ["anything else", refused("[卡]内部错误", "Err:Custom1"), { code: "client_error", detail: "[卡]内部错误 Err:Custom1" }],
  ["a failed call", { _status: "01" }, { code: "client_error" }],
  ["an incomplete answer", success("c2lnbmVk"), { code: "client_error", detail: "incomplete answer" }],
];

for (const [name, answered, expected] of refusals) {
  test(`${name} is told as ${expected.code}`, async () => {
    const log = installClient((_request, answer) => answer(answered));
    await assert.rejects(sign(URL, "x", "1"), { name: "CardError", ...expected });
    assert.equal(log.sockets[0].readyState, 3);
  });
}

test("a client that does not answer in time", async () => {
  installClient(() => {});
  await assert.rejects(sign(URL, "x", "1", { timeout: 5 }), { code: "timeout" });
});

test("a connection that breaks fails every request on it, and later ones", async () => {
  installClient((_request, _answer, socket) => socket.close());
  const connection = await connect(URL);
  const outcomes = await Promise.allSettled([1, 2].map(() => connection.request("GetCardID", {}, 1000)));
  assert.deepEqual(outcomes.map(({ reason }) => reason.code), ["client_error", "client_error"]);
  await assert.rejects(connection.request("GetCardID", {}, 1000), { code: "client_error" });
});
