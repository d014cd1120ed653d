import assert from "node:assert/strict";
import { test } from "node:test";

import { capitalOf } from "../../static/js/capital.js";

const SAMPLES = {
  "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
  "325.04": "人民币叁佰贰拾伍元零肆分",
  "0.50": "人民币伍角整",
  "100000.00": "人民币壹拾万元整",
  "1010.10": "人民币壹仟零壹拾元壹角整",
  "1092323.23": "人民币壹佰零玖万贰仟叁佰贰拾叁元贰角叁分",
  "100000001.00": "人民币壹亿零壹元整",
  "107000.53": "人民币壹拾万柒仟元伍角叁分",
  "0.05": "人民币伍分",
  "10": "人民币壹拾元整",
  "1000000000000": "人民币壹万亿元整",
  "9999999999999.99": "人民币玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
};

for (const [amount, words] of Object.entries(SAMPLES)) {
  test(`${amount} is read as ${words}`, () => assert.equal(capitalOf(amount), words));
}

test("an amount pasted with commas, spaces or full-width figures is read", () => {
  assert.equal(capitalOf(" 1,092,323.23 "), SAMPLES["1092323.23"]);
  assert.equal(capitalOf("１６４０９．０２"), SAMPLES["16409.02"]);
  assert.equal(capitalOf("0016409.02"), SAMPLES["16409.02"]);
});

test("what is no amount with at most two decimals has no words", () => {
  for (const text of ["", "-", "abc", "-1", "1.234", "1e5", "0", "0.00", "10000000000000", "1.2.3", ".5"]) {
    assert.equal(capitalOf(text), "", text);
  }
});

test("an amount still being typed is read as far as it goes", () => assert.equal(capitalOf("12."), "人民币壹拾贰元整"));
