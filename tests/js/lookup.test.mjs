import assert from "node:assert/strict";
import { test } from "node:test";

const UNIT = { found: true, code: "1111510001", name: "北京天竺示范加工有限公司", credit_code: "91110000000000000A" };
let pages = 0;

class FakeControl extends EventTarget {
  dataset = {};
  classList = { remove: () => {} };

  constructor(value) {
    super();
    this.value = value;
  }

  matches = (selector) => selector === "[data-lookup]" && "lookup" in this.dataset;
  closest = () => this;
  querySelectorAll = () => [];
  removeAttribute() {}
}

// The code field as the grid draws it, and the two fields it fills; `answer` is what the server knows of the code.
async function openPage(values, answer) {
  const [code, creditCode, name] = values.map((value) => new FakeControl(value));
  const fills = { credit_code: "payer_credit_code", name: "payer_name" };
  code.dataset = { lookup: "/units/", fills: JSON.stringify(fills) };
  code.form = { dataset: {} };
  const icon = { getAttribute: () => "icons.svg#refresh", setAttribute: () => {} };
  const button = { querySelector: () => icon, setAttribute: () => {} };
  const cells = { payer_credit_code: creditCode, payer_name: name };
  const named = (selector) => cells[/"(\w+)"/.exec(selector)?.[1]] ?? null;
  globalThis.document = Object.assign(new EventTarget(), {
    querySelector: (selector) => (selector.startsWith("[data-fetch") ? button : named(selector)),
    querySelectorAll: () => [],
  });
  globalThis.location = { href: "http://127.0.0.1/deposits/" };
  globalThis.CSS = { escape: String };
  globalThis.fetch = async () => ({ ok: true, json: async () => answer });
  await import(`../../static/js/lookup.js?page=${++pages}`);
  return { code, creditCode, name };
}

async function pressEnterIn(control) {
  const event = Object.assign(new Event("keydown", { cancelable: true }), { key: "Enter" });
  Object.defineProperty(event, "target", { value: control });
  document.dispatchEvent(event);
  await new Promise((resolve) => setImmediate(resolve));
}

test("a unit that is found fills the fields that hang on its code, and its code is written in full", async () => {
  const { code, creditCode, name } = await openPage([" 1111510001 ", "", ""], UNIT);
  await pressEnterIn(code);
  assert.deepEqual([code.value, creditCode.value, name.value], [UNIT.code, UNIT.credit_code, UNIT.name]);
});

test("what is not known of the unit does not stay as it was of the unit before", async () => {
  for (const unknown of ["", null, undefined]) {
    const answer = { ...UNIT, credit_code: unknown };
    const { code, creditCode, name } = await openPage([UNIT.code, "91110000000000000B", "x"], answer);
    await pressEnterIn(code);
    assert.deepEqual([creditCode.value, name.value], ["", UNIT.name]);
  }
});

test("the fields say that they changed, as when they are typed in", async () => {
  const { code, creditCode } = await openPage([UNIT.code, "", ""], UNIT);
  const said = [];
  for (const type of ["input", "change"]) creditCode.addEventListener(type, () => said.push(type));
  await pressEnterIn(code);
  assert.deepEqual(said, ["input", "change"]);
});
