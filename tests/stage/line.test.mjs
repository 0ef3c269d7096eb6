import assert from "node:assert/strict";
import test from "node:test";

import { composeStage } from "../../static/stage/compare.js";
import { fullSteps, labelPlaces, leadingLines } from "../../static/stage/line_labels.js";

const FONT = 13;
const frame = { font: FONT, left: 50, right: 850, height: 150 };
const xs = Array.from({ length: 10 }, (_, step) => 90 + 80 * step);

test("the lines that rise highest are coloured, by their own number", () => {
  const values = Float32Array.of(0.1, 0.9, 0, 0.2, 0.1, 0.3, 0, 0.5);
  assert.deepEqual(leadingLines(values, 2, 4, 2), [1, 3]);
  assert.deepEqual(leadingLines(values, 2, 4, 4), [0, 1, 2, 3]);
});

test("lines far apart are all named, each nearest to its own line", () => {
  const lines = [30, 75, 120].map((y, line) => ({ line, width: 60, ys: xs.map(() => y) }));
  const places = labelPlaces({ xs, lines, ...frame });
  assert.deepEqual(places.map(({ line }) => line).sort(), [0, 1, 2]);
  for (const { line, y } of places) {
    const nearest = lines.reduce((one, other) => (Math.abs(other.ys[0] - y) < Math.abs(one.ys[0] - y) ? other : one));
    assert.equal(nearest.line, line);
  }
});

test("names stay inside the picture and off each other", () => {
  const lines = Array.from({ length: 6 }, (_, line) => ({
    line, width: 70, ys: xs.map((_, step) => 75 + 60 * Math.sin(line + (step * (line + 1)) / 5)),
  }));
  const places = labelPlaces({ xs, lines, ...frame });
  assert.ok(places.length >= 2);
  places.forEach((one, place) => {
    assert.ok(one.x - 35 >= frame.left && one.x + 35 <= frame.right && one.y > 0 && one.y < frame.height);
    for (const other of places.slice(place + 1)) {
      assert.ok(Math.abs(one.x - other.x) >= 70 || Math.abs(one.y - other.y) > FONT);
    }
  });
});

test("lines on top of each other go without names rather than with wrong ones", () => {
  const lines = [0, 1, 2, 3].map((line) => ({ line, width: 60, ys: xs.map(() => 75 + line * 2) }));
  const named = labelPlaces({ xs, lines, ...frame }).map(({ line }) => line);
  assert.ok(!named.includes(1) && !named.includes(2));
});

test("a name wider than the picture is left out", () => {
  assert.deepEqual(labelPlaces({ xs, lines: [{ line: 0, width: 900, ys: xs.map(() => 75) }], ...frame }), []);
});

test("where a shorter sequence has ended there are no numbers, and none are counted", () => {
  const values = Float32Array.of(0.1, 0.2, 0.9, 0.3, NaN, NaN);
  assert.deepEqual(leadingLines(values, 3, 2, 2), [0, 1]);
  assert.deepEqual(leadingLines(values, 3, 2, 1), [0]);
  assert.equal(fullSteps(values, 2, 0), 2);
  assert.equal(fullSteps(values, 2, 1), 1);
  assert.equal(fullSteps(values, 2, 2), 0);
});

test("two runs of different length still show both their lines", () => {
  const pack = (typed, dtype, shape) => ({ dtype, shape, data: Buffer.from(typed.buffer).toString("base64") });
  const run = (name, Tx) => ({
    name, names: [], reads: [], sound: { start: pack(new Float64Array(0), "f8", [0]), end: pack(new Float64Array(0), "f8", [0]), pitch: [], voice: [], velocity: [], step: [] },
    clock: { edges: pack(Float64Array.from({ length: Tx + 1 }, (_, t) => t), "f8", [Tx + 1]) },
    lanes: [{ kind: "line", title: "P", symbol: "ŷ", values: pack(new Float32Array(2 * Tx).fill(0.5), "f4", [Tx, 2]) }],
  });
  const { lanes } = composeStage({ ...run("before", 4), compare: run("after", 3) }, "both");
  assert.deepEqual(lanes.map(({ title }) => title), ["P · before", "P · after"]);
  assert.deepEqual(lanes[1].values.shape, [4, 2]);
  assert.equal(fullSteps(lanes[1].values.values, 2, 0), 3);
});
