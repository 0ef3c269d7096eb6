import assert from "node:assert/strict";
import test from "node:test";

import { nearest, roundTicks, scaleOf } from "../../static/curves/plot.js";

test("ticks are round and within the axis", () => {
  assert.deepEqual(roundTicks(0, 4.5, 5), [0, 1, 2, 3, 4]);
  assert.deepEqual(roundTicks(1, 300, 6), [50, 100, 150, 200, 250, 300]);
  assert.deepEqual(roundTicks(0, 0.35, 4), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(roundTicks(1, 2, 2), [1, 1.5, 2]);
});

test("an axis begins at 0, shares end above 1, logarithms lie between powers of ten", () => {
  assert.deepEqual(scaleOf([4, 2], { share: false, log: false }, 4), { low: 0, high: 4.2, ticks: [0, 2, 4] });
  assert.equal(scaleOf([0.2], { share: true, log: false }, 4).high, 1.02);
  assert.deepEqual(scaleOf([0.03, 7], { share: false, log: true }, 4), { low: -2, high: 1, ticks: [-2, -1, 0, 1] });
  assert.deepEqual(scaleOf([10], { share: false, log: true }, 4).ticks, [1, 2]);
  for (const none of [[], [0], [NaN]]) {
    const { low, high } = scaleOf(none, { share: false, log: false }, 4);
    assert.ok(high > low);
  }
});

test("what is pointed at is the nearest epoch that was measured", () => {
  const at = [2, 5, 10, 15];
  assert.deepEqual([0, 3, 4, 7.4, 7.6, 12, 99].map((epoch) => at[nearest(at, epoch)]), [2, 2, 5, 5, 10, 10, 15]);
  assert.equal(nearest([7], 3), 0);
});
