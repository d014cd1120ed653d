import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "../../static/js/errors.js";
import { delay } from "../../static/js/live.js";

test("an empty field is wrong only where it is required", () => {
  assert.equal(judge("  ", { required: true }), "required");
  assert.equal(judge("", { money: true, date: true }), "");
});

test("an amount has at most two decimals and is above 0", () => {
  for (const amount of ["16409.02", "16,409.02", "100000", "0.01"]) {
    assert.equal(judge(amount, { money: true }), "", amount);
  }
  for (const amount of ["1.234", "0", "0.00", "-1", "a", "1e3"]) {
    assert.equal(judge(amount, { money: true }), "amount", amount);
  }
});

test("a date has eight figures, with or without lines between them", () => {
  for (const date of ["20260630", "2026-06-30"]) assert.equal(judge(date, { date: true }), "", date);
  for (const date of ["2026/06/30", "260630", "30.06.2026"]) assert.equal(judge(date, { date: true }), "date", date);
});

test("a page is asked often in its first minute, then less often", () => {
  assert.equal(delay(0), 2000);
  assert.equal(delay(59_999), 2000);
  assert.equal(delay(60_000), 5000);
});
