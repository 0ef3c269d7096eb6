import assert from "node:assert/strict";
import test from "node:test";

import { Clock } from "../../static/stage/clock.js";
import { Timeline } from "../../static/stage/timeline.js";

const uneven = () => new Clock(Float64Array.of(0, 0.4, 0.6, 1.0, 2.0));

test("a step begins exactly on its edge and ends before the next", () => {
  const clock = uneven();
  for (let step = 0; step < clock.steps; step += 1) {
    assert.equal(clock.stepAt(clock.edges[step]), step);
    assert.equal(clock.stepAt(clock.edges[step + 1] - 1e-9), step);
  }
});

test("outside the clock the nearest step is meant", () => {
  assert.equal(uneven().stepAt(-5), 0);
  assert.equal(uneven().stepAt(99), 3);
});

test("new data keep the playhead on its step, at the same share of it", () => {
  const longer = new Clock(Float64Array.of(0, 1, 2, 3, 4, 5));
  assert.equal(longer.carry(uneven(), 0.5), 1.5);
  const shorter = new Clock(Float64Array.of(0, 1));
  assert.ok(shorter.carry(uneven(), 1.5) <= 1);
});

test("only clocks of equal steps call themselves uniform", () => {
  assert.equal(uneven().uniform, false);
  assert.equal(new Clock(Float64Array.of(0, 0.5, 1, 1.5)).uniform, true);
});

/** A timeline on a hand-turned source. */
function handTurned(clock = uneven()) {
  const source = { now: 100 };
  return { source, timeline: new Timeline(clock, () => source.now) };
}

test("the playhead runs with its source, times the speed", () => {
  const { source, timeline } = handTurned();
  timeline.play();
  source.now += 0.5;
  assert.ok(Math.abs(timeline.position() - 0.5) < 1e-9);
  timeline.setSpeed(2);
  source.now += 0.25;
  assert.ok(Math.abs(timeline.position() - 1.0) < 1e-9);
});

test("a lead holds the playhead until the sound begins", () => {
  const { source, timeline } = handTurned();
  timeline.play(0.1);
  source.now += 0.05;
  assert.equal(timeline.position(), 0);
  source.now += 0.15;
  assert.ok(Math.abs(timeline.position() - 0.1) < 1e-9);
});

test("pausing keeps the place and playing goes on from it", () => {
  const { source, timeline } = handTurned();
  timeline.play();
  source.now += 0.7;
  timeline.pause();
  source.now += 10;
  assert.ok(Math.abs(timeline.position() - 0.7) < 1e-9);
  timeline.play();
  source.now += 0.1;
  assert.ok(Math.abs(timeline.position() - 0.8) < 1e-9);
});

test("changing the source moves nothing", () => {
  const { source, timeline } = handTurned();
  timeline.play();
  source.now += 0.3;
  const audio = { now: 7 };
  timeline.setSource(() => audio.now);
  assert.ok(Math.abs(timeline.position() - 0.3) < 1e-9);
  audio.now += 0.2;
  assert.ok(Math.abs(timeline.position() - 0.5) < 1e-9);
});

test("at the end it says so, and play begins anew", () => {
  const { source, timeline } = handTurned();
  timeline.play();
  timeline.advance(source.now + 5);
  source.now += 3;
  assert.equal(timeline.over, true);
  assert.equal(timeline.position(), 2);
  timeline.pause();
  timeline.play();
  assert.equal(timeline.position(), 0);
});

test("laid-out stretches join without gap or overlap, once each", () => {
  const { source, timeline } = handTurned();
  timeline.setSpeed(1.5);
  timeline.play(0.06);
  const stretches = [];
  for (let tick = 0; tick < 100; tick += 1) {
    stretches.push(...timeline.advance(source.now + 0.18));
    source.now += 0.025;
  }
  assert.equal(stretches[0].from, 0);
  assert.equal(stretches.at(-1).to, 2);
  for (let at = 1; at < stretches.length; at += 1) {
    assert.ok(Math.abs(stretches[at].from - stretches[at - 1].to) < 1e-9);
  }
  for (const { when, from } of stretches) {
    assert.ok(Math.abs(when - (100.06 + from / 1.5)) < 1e-9);
  }
});

test("a loop is laid out round and round, and the playhead goes with it", () => {
  const { source, timeline } = handTurned();
  timeline.setLoop([0.4, 1.0]);
  timeline.seek(0.4);
  timeline.play();
  for (let tick = 0; tick < 80; tick += 1) {
    for (const { from, to } of timeline.advance(source.now + 0.18)) {
      assert.ok(from >= 0.4 - 1e-9 && to <= 1.0 + 1e-9);
    }
    const expected = 0.4 + ((source.now - 100) % 0.6);
    const apart = Math.abs(timeline.position() - expected);
    assert.ok(Math.min(apart, 0.6 - apart) < 1e-6, `${timeline.position()} is not ${expected}`);
    source.now += 0.025;
  }
  assert.equal(timeline.over, false);
});

test("seeking while playing goes on from there", () => {
  const { source, timeline } = handTurned();
  timeline.play();
  source.now += 0.2;
  timeline.seek(1.2);
  source.now += 0.3;
  assert.ok(Math.abs(timeline.position() - 1.5) < 1e-9);
});

test("rounding never stops the future from being laid out", () => {
  const clock = new Clock(Float64Array.from({ length: 1001 }, (_, step) => step * 0.3));
  const { source, timeline } = handTurned(clock);
  timeline.setLoop([123.0, 123.3]);
  timeline.seek(123.1);
  timeline.play();
  for (let tick = 0; tick < 20_000; tick += 1) {
    source.now += 1e-15 + (tick % 7) * 1e-3 + Math.random() * 1e-9;
    timeline.advance(source.now + 0.18 + (tick % 3) * 1e-15);
  }
  assert.ok(timeline.position() >= 123.0 && timeline.position() <= 123.3);
});

test("a clock equals another with the same edges and no other", () => {
  assert.equal(uneven().equals(uneven()), true);
  assert.equal(uneven().equals(new Clock(Float64Array.of(0, 0.4, 0.6, 1.0, 2.1))), false);
  assert.equal(uneven().equals(new Clock(Float64Array.of(0, 0.4, 0.6))), false);
});
