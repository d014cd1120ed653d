import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "../../static/js/errors.js";
import { delay } from "../../static/js/live.js";

test("an empty field is wrong only where it is required", () => {
  assert.equal(judge("  ", { required: true }), "required");
  assert.equal(judge("", { date: true }), "");
});

test("a date has eight figures, or one kind of sign between year, month and day", () => {
  for (const date of ["20260630", "2026-06-30", "2026/6/30", "2026-6-3", " 2026.6.03 ", "2024-2-29"]) {
    assert.equal(judge(date, { date: true }), "", date);
  }
  for (const date of ["260630", "2026630", "2026-06/30", "30.06.2026", "2026 06 30", "２０２６０６３０"]) {
    assert.equal(judge(date, { date: true }), "date", date);
  }
});

test("a date stands in the calendar", () => {
  for (const date of ["20261301", "20260631", "2025-2-29", "20260600", "2026-0-1"]) {
    assert.equal(judge(date, { date: true }), "date", date);
  }
});

test("a page is asked often in its first minute, then less often", () => {
  assert.equal(delay(0), 2000);
  assert.equal(delay(59_999), 2000);
  assert.equal(delay(60_000), 5000);
});
