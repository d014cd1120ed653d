import assert from "node:assert/strict";
import { test } from "node:test";

import { reasonFor, sumOf } from "../../static/js/list.js";

const TEXTS = { chooseFirst: "choose first", chooseOne: "choose one" };
const OPEN = { view: "", confirm: "" };
const APPROVED = { view: "", confirm: "approved already" };

test("nothing can be done before a row is chosen", () => assert.equal(reasonFor("view", [], TEXTS), "choose first"));

test("a button is open when the chosen row allows it", () => assert.equal(reasonFor("confirm", [OPEN], TEXTS), ""));

test("a button says the chosen row's reason", () => {
  assert.equal(reasonFor("confirm", [APPROVED], TEXTS), "approved already");
});

test("a button is grey when two rows are chosen", () => {
  assert.equal(reasonFor("view", [OPEN, APPROVED], TEXTS), "choose one");
});

test("the sum of amounts is exact", () => {
  assert.equal(sumOf(["16,409.02"]), "16,409.02");
  assert.equal(sumOf(["0.1", "0.2"]), "0.3");
  assert.equal(sumOf(["39,287,493.23234", "12"]), "39,287,505.23234");
  assert.equal(sumOf(["9999999999999.99999", "0.00001"]), "10,000,000,000,000");
  assert.equal(sumOf([]), "0");
});
