import assert from "node:assert/strict";
import test from "node:test";

import { Names, inside, place, whole, zoomed } from "../../static/map/view.js";

const POINTS = [0, 0, 10, 0, 10, 5, 0, 5, 4, 2];

test("the whole map fits into its canvas, at one scale both ways", () => {
  const view = whole(POINTS, 400, 300);
  assert.deepEqual([view.x, view.y], [5, 2.5]);
  for (let at = 0; at < POINTS.length; at += 2) {
    const [left, top] = place(view, POINTS[at], POINTS[at + 1], 400, 300);
    assert.ok(left > 0 && left < 400 && top > 0 && top < 300);
  }
  const [low, high] = [place(view, 0, 0, 400, 300), place(view, 10, 5, 400, 300)];
  assert.ok(high[0] > low[0] && high[1] < low[1]); // up is up
  assert.equal(whole([3, 3], 100, 100).scale, 92);
});

test("what is under the pointer stays there while the map is zoomed", () => {
  const view = whole(POINTS, 400, 300);
  const [left, top] = place(view, 4, 2, 400, 300);
  const closer = zoomed(view, 3, left, top, 400, 300);
  assert.equal(closer.scale, 3 * view.scale);
  place(closer, 4, 2, 400, 300).forEach((value, at) => assert.ok(Math.abs(value - [left, top][at]) < 1e-9));
  const back = zoomed(closer, 1 / 3, left, top, 400, 300);
  for (const key of ["x", "y", "scale"]) assert.ok(Math.abs(back[key] - view[key]) < 1e-9);
});

test("points inside a line are found, also where the line turns back", () => {
  assert.deepEqual(inside(POINTS, [[3, 1], [5, 1], [5, 3], [3, 3]]), [4]);
  const horseshoe = /** @type {[number, number][]} */ ([[-1, -1], [11, -1], [11, 6], [9, 6], [9, 1], [1, 1], [1, 6], [-1, 6]]);
  assert.deepEqual(inside(POINTS, horseshoe), [0, 1, 2, 3]);
});

test("a name takes its place once", () => {
  const names = new Names();
  assert.ok(names.take(50, 50, 40, 10));
  assert.ok(!names.take(60, 55, 40, 10));
  assert.ok(names.take(50, 61, 40, 10));
});
