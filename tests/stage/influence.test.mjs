import assert from "node:assert/strict";
import test from "node:test";

import { reachBack, stepsToHold, strongestSteps } from "../../assets/stage/influence_shares.js";

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

test("how far back half of it lies", () => {
  assert.equal(stepsToHold(reachBack(whole, 3, 2), 0.5), 3);
  assert.equal(stepsToHold(reachBack(whole, 3, 2), 0.1), 1);
  assert.equal(stepsToHold(reachBack(whole, 3, 0), 0.5), 1);
});
