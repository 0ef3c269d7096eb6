import assert from "node:assert/strict";
import test from "node:test";

import { atStep, easeShare, lastOnlyFrom, piecesText, planCopies, planRows, shapePieces } from "../../static/stage/diagram_plan.js";
import { Clock } from "../../static/stage/clock.js";
import { View, makeLayout, pixelsPerSecond } from "../../static/stage/scales.js";

const layout = makeLayout(1100);
const WANT = { fullPitch: 170, miniPitch: 50 };

function viewOf(edges, from = 0, least = 9) {
  const clock = new Clock(Float64Array.from(edges));
  return new View(clock, layout, pixelsPerSecond(clock, layout.plot, least), from);
}

const even = (steps) => Array.from({ length: steps + 1 }, (_, step) => step * 0.5);

test("a shape reads as Keras prints it, and its sizes alone where there is little room", () => {
  const shape = [["m", null], ["1", 1], ["n_values", 78]];
  assert.equal(piecesText(shapePieces(shape)), "(None, 1, 78)");
  assert.equal(piecesText(shapePieces(shape, true)), "78");
  assert.equal(piecesText(shapePieces([["Tx", 10], ["n_a", 128]], true)), "10×128");
  assert.equal(piecesText(shapePieces([["m", null]], true)), "m");
  assert.deepEqual(shapePieces(shape).filter(([, axis]) => axis).map(([, axis]) => axis), ["m", "1", "n_values"]);
});

test("steps are counted from one, as in the equations", () => {
  assert.equal(atStep("a", 0), "a⟨1⟩");
  assert.equal(atStep("c", -1), "c⟨0⟩");
  assert.equal(atStep("x", "t"), "x⟨t⟩");
});

test("wide steps: each copy stands over its own step", () => {
  const view = viewOf(even(4));
  const plan = planCopies(view, 2, WANT);
  assert.equal(plan.own, true);
  assert.ok(plan.pitch >= WANT.fullPitch);
  assert.deepEqual(plan.copies.map(({ t }) => t), [0, 1, 2, 3]);
  for (const { t, x } of plan.copies) assert.ok(Math.abs(x - (view.x(t * 0.5) + view.x(t * 0.5 + 0.5)) / 2) < 1e-9);
});

test("middling steps keep their copies, with short labels", () => {
  const plan = planCopies(viewOf(even(10)), 2, WANT);
  assert.equal(plan.own, true);
  assert.ok(plan.pitch < WANT.fullPitch);
  assert.equal(plan.copies.length, 10);
});

test("narrow steps: the current copy stands over its step and its neighbours beside it", () => {
  const view = viewOf(even(60));
  const plan = planCopies(view, 30, WANT);
  assert.equal(plan.own, false);
  assert.equal(plan.pitch, WANT.fullPitch);
  const now = plan.copies.find(({ t }) => t === 30);
  assert.ok(Math.abs(now.x - view.x(30.5 * 0.5)) < 1e-9);
  for (let place = 1; place < plan.copies.length; place += 1) {
    assert.equal(plan.copies[place].t, plan.copies[place - 1].t + 1);
    assert.ok(Math.abs(plan.copies[place].x - plan.copies[place - 1].x - plan.pitch) < 1e-9);
  }
});

test("uneven steps: the shortest decides, so that no two copies run into each other", () => {
  const plan = planCopies(viewOf([0, 2, 2.1, 4, 6]), 1, WANT);
  assert.equal(plan.own, false);
});

for (const step of [0, 1, 58, 59]) {
  test(`at step ${step} of 60 the current copy is whole and no copy lies outside the sequence`, () => {
    const view = viewOf(even(60));
    const plan = planCopies(view, step, WANT);
    const { x } = plan.copies.find(({ t }) => t === step);
    assert.ok(x - plan.pitch / 2 >= view.left - 1e-9 && x + plan.pitch / 2 <= view.left + view.width + 1e-9);
    assert.ok(plan.copies.every(({ t }) => t >= 0 && t < 60));
  });
}

test("a phone still shows the neighbours of the current copy", () => {
  const small = makeLayout(340);
  const clock = new Clock(Float64Array.from(even(60)));
  const view = new View(clock, small, pixelsPerSecond(clock, small.plot, 11), 5);
  const plan = planCopies(view, 20, WANT);
  assert.ok(plan.pitch <= small.plot / 2.5 && plan.pitch >= WANT.miniPitch);
});

test("layers stand on each other without gaps, the lowest at the bottom", () => {
  const state = [{ symbol: "c" }, { symbol: "a" }];
  const layers = [{ state, returns: "sequence" }, { state: [], returns: "sequence" }, { state, returns: "last" }];
  const { height, boxes, arrows } = planRows(layers, { font: 13, compact: false });
  assert.equal(arrows.length, layers.length + 1);
  assert.equal(arrows[0].bottom, height);
  boxes.forEach((each, place) => {
    assert.equal(each.bottom, arrows[place].top);
    assert.equal(arrows[place + 1].bottom, each.top);
  });
  assert.ok(Math.abs(arrows[3].top) <= 0.5);
  assert.equal(lastOnlyFrom(layers), 2);
  assert.equal(lastOnlyFrom(layers.slice(0, 2)), 2);
});

test("folding starts and ends at rest", () => {
  assert.equal(easeShare(-1), 0);
  assert.equal(easeShare(0.5), 0.5);
  assert.equal(easeShare(2), 1);
  assert.ok(easeShare(0.02) < 0.002);
});
