import assert from "node:assert/strict";
import { test } from "node:test";

import { goodCard, installClient, LOCKED, nameOf, NO_CARD, success } from "./fake_client.mjs";
import { buildPage } from "./fake_page.mjs";

let pages = 0;

async function openPage(onRequest, options) {
  const log = installClient(onRequest, options);
  const page = buildPage(options);
  await import(`../../static/js/declare.js?page=${++pages}`);
  return { ...page, log, message: () => page.part("[data-card-message]").textContent };
}

async function openDialog(onRequest, options) {
  const page = await openPage(onRequest, options);
  page.openButton.fire("click");
  await settled();
  return page;
}

async function enterPin(page, pin) {
  page.part("#pin").value = pin;
  page.part("#pin").fire("keydown", { key: "Enter" });
  await settled();
}

// One turn of the event loop lets every answer of the scripted client through.
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the dialog shows the card and asks for the PIN", async () => {
  const page = await openDialog(goodCard);
  assert.equal(page.dialog.open, true);
  assert.equal(page.dialog.dataset.state, "ready");
  assert.equal(page.part('[data-card="number"]').textContent, "8800 0000 0000 3107");
  assert.equal(page.part('[data-card="unit"]').textContent, "1111510001 北京天竺示范加工有限公司");
  assert.equal(page.part("#pin").disabled, false);
  assert.equal(document.activeElement, page.part("#pin"));
  assert.equal(page.part('[data-step="freeze"]').dataset.state, "done");
  assert.equal(page.part('[data-step="pin"]').attributes["aria-current"], "step");
});

test("the signature of exactly the frozen content is posted, once", async () => {
  const page = await openDialog(goodCard);
  await enterPin(page, "88888888");
  page.part("[data-sign]").fire("click");
  page.part("#pin").fire("keydown", { key: "Enter" });
  await settled();
  assert.deepEqual(page.form.submissions, [
    { signature: "c2lnbmVk", certificate_number: "012c14a9", certificate: "MIIC" },
  ]);
  assert.equal(JSON.parse(page.log.frames.at(-1)).args.inData, "<ds:SignedInfo/>");
  assert.equal(page.part("[data-sign]").attributes["aria-busy"], "true");
  page.dialog.pressEscape();
  assert.equal(page.dialog.open, true);
});

test("the PIN stays on this machine: it is cleared at once and no field of the form holds it", async () => {
  const page = await openDialog(goodCard);
  page.part("#pin").value = "88888888";
  page.part("[data-sign]").fire("click");
  assert.equal(page.part("#pin").value, "");
  await settled();
  assert.ok(!JSON.stringify(page.form.submissions).includes("88888888"));
});

test("another card than the bound one is refused before any PIN is asked", async () => {
  const page = await openDialog((request, answer) => {
    if (nameOf(request) === "GetCertNo") answer(success("0badcafe"));
    else goodCard(request, answer);
  });
  assert.equal(page.message(), "请插入当前用户绑定的电子钥匙");
  assert.equal(page.part("#pin").disabled, true);
  await enterPin(page, "88888888");
  assert.ok(page.log.frames.every((frame) => !frame.includes("passwd")));
  assert.deepEqual(page.form.submissions, []);
});

test("a card that was changed after the reading is refused too", async () => {
  const page = await openDialog((request, answer) => {
    if (nameOf(request) === "SignDataAsPEM") answer(success("c2lnbmVk", "0badcafe"));
    else goodCard(request, answer);
  });
  await enterPin(page, "88888888");
  assert.equal(page.message(), "请插入当前用户绑定的电子钥匙");
  assert.deepEqual(page.form.submissions, []);
});

test("a wrong PIN tells the tries left and can be entered again", async () => {
  const page = await openDialog(goodCard);
  assert.equal(page.part("[data-tries]").hidden, true);
  await enterPin(page, "1");
  assert.equal(page.message(), "密码错误，还可试 4 次");
  assert.equal(page.part("[data-tries]").textContent, "还可试 4 次");
  assert.equal(page.part("#pin").attributes["aria-invalid"], "true");
  assert.equal(document.activeElement, page.part("#pin"));
  await enterPin(page, "88888888");
  assert.equal(page.form.submissions.length, 1);
});

test("a locked PIN asks for no further PIN", async () => {
  const page = await openDialog((request, answer) => {
    if (nameOf(request) === "SignDataAsPEM") answer(LOCKED);
    else goodCard(request, answer);
  });
  await enterPin(page, "1");
  assert.equal(page.message(), "密码已锁定");
  assert.equal(page.part("#pin").disabled, true);
});

test("without a card the reading can be tried again", async () => {
  let inserted = false;
  const page = await openDialog((request, answer) => (inserted ? goodCard(request, answer) : answer(NO_CARD)));
  assert.equal(page.message(), "请插入电子钥匙");
  assert.equal(page.part("[data-retry]").hidden, false);
  inserted = true;
  page.part("[data-retry]").fire("click");
  await settled();
  assert.equal(page.dialog.dataset.state, "ready");
  assert.equal(page.part("[data-retry]").hidden, true);
});

test("without a client the dialog says so", async () => {
  const page = await openDialog(goodCard, { refuses: true });
  assert.equal(page.message(), "未连接到电子口岸客户端");
});

test("an empty PIN is not sent", async () => {
  const page = await openDialog(goodCard);
  await enterPin(page, "");
  assert.equal(page.dialog.dataset.state, "ready");
  assert.ok(page.log.frames.every((frame) => !frame.includes("passwd")));
});

test("a signature that arrives after Esc is dropped", async () => {
  let finish;
  const page = await openDialog((request, answer) => {
    if (nameOf(request) === "SignDataAsPEM") finish = () => goodCard(request, answer);
    else goodCard(request, answer);
  });
  await enterPin(page, "88888888");
  assert.equal(page.message(), "正在签名…");
  page.dialog.pressEscape();
  finish();
  await settled();
  assert.deepEqual(page.form.submissions, []);
  assert.equal(page.dialog.open, false);
});

test("a posted field that is not in order keeps the dialog closed", async () => {
  const unconfirmed = { name: "confirmed", reportValidity: () => false };
  const page = await openDialog(goodCard, { fields: [unconfirmed] });
  assert.equal(page.dialog.open, false);
  assert.equal(page.log.sockets.length, 0);
});

test("the form is never posted unsigned", async () => {
  const page = await openPage(goodCard);
  assert.equal(page.form.fire("submit").defaultPrevented, true);
});
