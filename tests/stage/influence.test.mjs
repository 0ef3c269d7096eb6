import assert from "node:assert/strict";
import test from "node:test";

import { composeStage } from "../../static/stage/compare.js";
import { reachBack, stepsToHold, strongestSteps } from "../../static/stage/influence_shares.js";

// Three steps, all the way back: [t, k] belongs to step t − k.
const whole = Float32Array.of(1, 0, 0, 0.5, -2, 0, 0.25, 0.25, 1.5);

test("values come in the order of time and belong to their own step", () => {
  assert.deepEqual(reachBack(whole, 3, 0), { first: 0, values: [1], total: 1, largest: 1 });
  assert.deepEqual(reachBack(whole, 3, 1), { first: 0, values: [-2, 0.5], total: 2.5, largest: 2 });
  assert.deepEqual(reachBack(whole, 3, 2), { first: 0, values: [1.5, 0.25, 0.25], total: 2, largest: 1.5 });
});

test("a band starts where it reaches", () => {
  const band = Float32Array.of(1, 0, 0.5, -2, 0.25, 3);
  assert.deepEqual(reachBack(band, 2, 2), { first: 1, values: [3, 0.25], total: 3.25, largest: 3 });
});

test("the strongest come first whatever their sign; nothing at all is left out", () => {
  assert.deepEqual(strongestSteps(reachBack(whole, 3, 1), 5), [{ step: 0, value: -2 }, { step: 1, value: 0.5 }]);
  assert.deepEqual(strongestSteps({ first: 4, values: [0, 0] }, 5), []);
});

test("where a shorter sequence has ended nothing has influence", () => {
  const found = reachBack(Float32Array.of(1, NaN, NaN, NaN), 2, 1);
  assert.equal(found.largest, 0);
  assert.equal(found.total, 0);
  assert.deepEqual(strongestSteps(found, 3), []);
});

test("two runs of different length keep their influences and equations", () => {
  const pack = (typed, dtype, shape) => ({ dtype, shape, data: Buffer.from(typed.buffer).toString("base64") });
  const rows = (Tx, n, value) => pack(new Float32Array(Tx * n).fill(value), "f4", [Tx, n]);
  const none = pack(new Float64Array(0), "f8", [0]);
  const run = (name, Tx) => ({
    name, names: [], reads: [], sound: { start: none, end: none, pitch: [], voice: [], velocity: [], step: [] },
    clock: { edges: pack(Float64Array.from({ length: Tx + 1 }, (_, t) => t), "f8", [Tx + 1]) },
    lanes: [
      { kind: "influence", title: "I", norm: rows(Tx, 2, 1), signed: rows(Tx, 2, -1), targets: Array(Tx).fill("y"), inputs: [] },
      { kind: "equation", title: "E", za: rows(Tx, 4, 0.5), zx: rows(1, 4, 0), input: pack(new Int32Array(Tx), "i4", [Tx]), b: rows(1, 4, 0), c0: rows(1, 1, 0) },
      { kind: "diagram", title: "D", layers: [] },
    ],
  });
  const { lanes } = composeStage({ ...run("before", 4), compare: run("after", 3) }, "both");
  assert.deepEqual(lanes.map(({ title }) => title), ["I · before", "I · after", "E · before", "E · after", "D · before", "D · after"]);
  assert.deepEqual(lanes[1].norm.shape, [4, 2]);
  assert.deepEqual(lanes[1].targets, ["y", "y", "y", ""]);
  assert.deepEqual(lanes[3].za.shape, [4, 4]);
  assert.equal(lanes[3].input.values.length, 4);
  assert.ok(Number.isNaN(lanes[3].za.values[12]));
});

test("how far back half of it lies", () => {
  assert.equal(stepsToHold(reachBack(whole, 3, 2), 0.5), 3);
  assert.equal(stepsToHold(reachBack(whole, 3, 2), 0.1), 1);
  assert.equal(stepsToHold(reachBack(whole, 3, 0), 0.5), 1);
});
