import assert from "node:assert/strict";
import { test } from "node:test";

import { lockedFields } from "../../static/js/conditions.js";

const SINGLE = { guarantee_type: ["2"] };
const CONDITIONS = {
  general_guarantee_number: { guarantee_type: ["1"] },
  guarantee_mode: SINGLE,
  payment_mode: { ...SINGLE, guarantee_mode: ["1"] },
  letter_number: { ...SINGLE, guarantee_mode: ["2"] },
};

const locked = (values, conditions = CONDITIONS) => [...lockedFields(conditions, values)].sort();

test("a single guarantee by cash asks for the payment and not for the letter", () => {
  assert.deepEqual(locked({ guarantee_type: "2", guarantee_mode: "1" }), ["general_guarantee_number", "letter_number"]);
});

test("a single letter asks for the letter and not for the payment", () => {
  assert.deepEqual(locked({ guarantee_type: "2", guarantee_mode: "2" }), ["general_guarantee_number", "payment_mode"]);
});

test("under a general guarantee its number is asked and the mode is locked", () => {
  const closed = ["guarantee_mode", "letter_number", "payment_mode"];
  assert.deepEqual(locked({ guarantee_type: "1", guarantee_mode: "1" }), closed);
});

test("before anything is chosen everything that depends on it is locked", () => {
  assert.deepEqual(locked({ guarantee_type: "", guarantee_mode: "" }), Object.keys(CONDITIONS).sort());
});

test("a locked field counts as empty for what depends on it", () => {
  const conditions = { guarantee_mode: SINGLE, letter_number: { guarantee_mode: ["2"] } };
  const closed = ["guarantee_mode", "letter_number"];
  assert.deepEqual(locked({ guarantee_type: "1", guarantee_mode: "2" }, conditions), closed);
});

test("one of several values is enough", () => {
  assert.deepEqual(locked({ a: "y" }, { b: { a: ["x", "y"] } }), []);
});
