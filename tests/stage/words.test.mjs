import assert from "node:assert/strict";
import test from "node:test";

import { replaced } from "../../static/page/page.js";
import { speak, t } from "../../static/stage/words.js";

test("a text is itself until another language is spoken, and again after", () => {
  assert.equal(t("step {n} of {total}", { n: 3, total: 9 }), "step 3 of 9");
  speak({ "step {n} of {total}": "第 {n} 步，共 {total} 步", Play: "" });
  assert.equal(t("step {n} of {total}", { n: 3, total: 9 }), "第 3 步，共 9 步");
  assert.equal(t("Play"), "Play"); // an empty translation is none
  speak(undefined);
  assert.equal(t("step {n} of {total}", { n: 3, total: 9 }), "step 3 of 9");
});

test("values are put in as they are, and a place without one is left", () => {
  assert.equal(t("{a} and {b}", { a: "{b}" }), "{b} and {b}");
});

test("only whole texts that Streamlit writes are replaced", () => {
  const exact = { "Browse files": "浏览文件" };
  const patterns = [[/^(\d+MB) per file • (.+)$/, "不超过 {0} · {1}"]];
  assert.equal(replaced(" Browse files ", exact, patterns), "浏览文件");
  assert.equal(replaced("5MB per file • MID, MIDI", exact, patterns), "不超过 5MB · MID, MIDI");
  assert.equal(replaced("Browse files now", exact, patterns), undefined);
  assert.equal(replaced("constructor", exact, patterns), undefined);
});
