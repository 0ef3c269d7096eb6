import assert from "node:assert/strict";
import test from "node:test";

import { bracketed, otherText, passedOver, sigma, squashOf, unitText } from "../../static/stage/equation_text.js";
import { contrast } from "../../static/stage/colours.js";
import { SERIES_COUNT, gateColour, seriesLook } from "../../static/stage/palette.js";

// Mulberry32: the same numbers every time.
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function unitOf(z, before) {
  const [i, f, o] = ["i", "f", "o"].map((name) => sigma(z[name].x + z[name].a + z[name].b));
  const g = Math.tanh(z.g.x + z.g.a + z.g.b);
  const c = f * before + i * g;
  return { i, f, g, o, before, c, a: o * Math.tanh(c), z };
}

function randomUnit(random, scale) {
  const part = () => ({ x: (random() - 0.5) * scale, a: (random() - 0.5) * scale, b: (random() - 0.5) * scale * 0.4 });
  return unitOf({ i: part(), f: part(), g: part(), o: part() }, (random() - 0.5) * scale);
}

const read = (text) => Number(text.replace("−", "-"));
const decimalsOf = (text) => (text.split(".")[1] || "").length;
/** The text a reader writes down for `value` with as many decimals as `like` has. */
const written = (value, like) => Math.abs(read(like) - value) <= 0.5 * 10 ** -decimalsOf(like) + 1e-12;

function check(unit) {
  const text = unitText(unit);
  assert.ok(text, `no figures for ${JSON.stringify(unit)}`);
  const { memory: m, output: out, gates } = text;
  // Each row follows from the figures of the row above it …
  assert.ok(written(read(m.f) * read(m.before), m.kept), `${m.f} · ${m.before} = ${m.kept}`);
  assert.ok(written(read(m.i) * read(m.g), m.written), `${m.i} · ${m.g} = ${m.written}`);
  assert.ok(written(read(m.kept) + read(m.written), m.c), `${m.kept} + ${m.written} = ${m.c}`);
  assert.equal(out.c, m.c);
  assert.equal(decimalsOf(out.o), decimalsOf(out.c), `${out.o} · tanh(${out.c})`);
  assert.ok(written(Math.tanh(read(out.c)), out.tanh), `tanh ${out.c} = ${out.tanh}`);
  assert.ok(written(read(out.o) * read(out.tanh), out.a), `${out.o} · ${out.tanh} = ${out.a}`);
  // … and every figure is the true value, rounded.
  const slack = (value, figure) => Math.abs(read(figure) - value) <= 0.5 * 10 ** -decimalsOf(figure) + 1e-8;
  const pairs = [
    [unit.f, m.f], [unit.before, m.before], [unit.i, m.i], [unit.g, m.g], [unit.c, m.c], [unit.o, out.o], [unit.a, out.a],
    [unit.f * unit.before, m.kept], [unit.i * unit.g, m.written], [Math.tanh(unit.c), out.tanh],
  ];
  for (const [value, figure] of pairs) assert.ok(slack(value, figure), `${value} shown as ${figure}`);
  for (const name of ["f", "i", "g", "o"]) {
    const { x, a, b } = unit.z[name];
    const gate = gates[name];
    assert.ok(gate, `no figures for gate ${name} of ${JSON.stringify(unit)}`);
    const squash = name === "g" ? Math.tanh : sigma;
    assert.ok(written(read(gate.x) + read(gate.a) + read(gate.b), gate.z), `${gate.x} + ${gate.a} + ${gate.b} = ${gate.z}`);
    assert.ok(written(squash(read(gate.z)), gate.value), `${name}: ${gate.z} gives ${gate.value}`);
    for (const [value, figure] of [[x, gate.x], [a, gate.a], [b, gate.b], [x + a + b, gate.z]]) assert.ok(slack(value, figure));
    assert.equal(gate.actual, name === "o" ? out.o : m[name], "the gate's figure is the one above");
    if (!gate.held) assert.equal(gate.value, gate.actual);
  }
  return text;
}

for (const scale of [0.02, 1, 4, 12]) {
  test(`figures of 4,000 random units add up as they stand, values up to ${scale}`, () => {
    const random = generator(scale * 1000 + 7);
    for (let round = 0; round < 4_000; round += 1) check(randomUnit(random, scale));
  });
}

test("figures are short: most units need at most three decimals", () => {
  const random = generator(11);
  let long = 0;
  for (let round = 0; round < 5000; round += 1) {
    const { memory, output } = unitText(randomUnit(random, 3));
    if (Math.max(decimalsOf(memory.f), decimalsOf(memory.c), decimalsOf(output.o)) > 4) long += 1;
  }
  assert.ok(long < 250, `${long} of 5000 need more than four`);
});

test("the first step, a shut gate, a state of zeros", () => {
  const flat = { x: 0, a: 0, b: 0 };
  check(unitOf({ i: flat, f: { x: 0, a: 0, b: 1 }, g: flat, o: flat }, 0));
  check(unitOf({ i: { x: -20, a: 0, b: 0 }, f: { x: 25, a: 0, b: 1 }, g: { x: 9, a: 0, b: 0 }, o: flat }, 1));
  check(unitOf({ i: flat, f: flat, g: { x: 0.5, a: 0, b: 0 }, o: { x: 40, a: 0, b: 0 } }, 0.125));
});

test("a gate set by hand is said to be, and keeps its own equation", () => {
  const random = generator(3);
  const unit = { ...randomUnit(random, 2), f: 1 };
  unit.c = unit.f * unit.before + unit.i * unit.g;
  unit.a = unit.o * Math.tanh(unit.c);
  const { gates } = check(unit);
  assert.equal(gates.f.held, true);
  assert.equal(gates.i.held, false);
});

test("a step that a mask passes over is not taken for a hand's", () => {
  const held = { f: Float32Array.of(1, 1, 1, 0.5), i: Float32Array.of(0, 0, 0, 0), g: Float32Array.of(0, 0, 0, 0.2) };
  assert.equal(passedOver(held, 0, 2), true);
  assert.equal(passedOver(held, 1, 2), false);
});

test("negative factors stand in parentheses", () => {
  assert.equal(bracketed("−0.41"), "(−0.41)");
  assert.equal(bracketed("0.41"), "0.41");
});

for (const dark of [false, true]) {
  test(`gates and lines, ${dark ? "dark" : "light"}: readable as text on the page, and all different`, () => {
    const paper = dark ? [16, 20, 27] : [255, 255, 255];
    const colours = [..."figo"].map((gate) => gateColour(gate, dark));
    for (const colour of colours) assert.ok(contrast(colour, paper) >= 4.5);
    const looks = Array.from({ length: SERIES_COUNT }, (_, place) => seriesLook(place, dark));
    for (const { rgb } of looks) assert.ok(contrast(rgb, paper) >= 4.5, String(rgb));
    assert.equal(new Set(looks.map(({ colour }) => colour)).size, SERIES_COUNT);
  });
}

/** A GRU's unit, or with `plain` a plain RNN's. */
function otherUnit(random, scale, plain) {
  const part = () => ({ x: (random() - 0.5) * scale, a: (random() - 0.5) * scale, b: (random() - 0.5) * scale * 0.4 });
  const before = random() * 2 - 1;
  const value = (name, { x, a, b }) => squashOf(name)(x + a + b);
  if (plain) {
    const z = { a: part() };
    return { before, gates: {}, a: value("a", z.a), z };
  }
  const z = { z: part(), r: part(), g: part() };
  const gates = Object.fromEntries(Object.entries(z).map(([name, sum]) => [name, value(name, sum)]));
  return { before, gates, a: gates.z * before + (1 - gates.z) * gates.g, z };
}

test("a GRU's and a plain RNN's figures add up as they stand", () => {
  const random = generator(11);
  for (let k = 0; k < 400; k += 1) {
    const unit = otherUnit(random, [1, 4, 12][k % 3], k % 4 === 0);
    const text = otherText(unit);
    assert.ok(text, JSON.stringify(unit));
    const { memory: m, gates } = text;
    if (m) {
      assert.ok(Math.abs(read(m.f) + read(m.i) - 1) < 10 ** -decimalsOf(m.f) + 1e-12, `${m.f} and ${m.i}`);
      assert.ok(written(read(m.f) * read(m.before), m.kept));
      assert.ok(written(read(m.i) * read(m.g), m.written));
      assert.ok(written(read(m.kept) + read(m.written), m.c));
      assert.ok(Math.abs(read(m.c) - unit.a) <= 0.5 * 10 ** -decimalsOf(m.c) + 1e-8);
      assert.deepEqual([gates.z.value, gates.g.value], [m.f, m.g]);
    }
    for (const [name, gate] of Object.entries(gates)) {
      assert.ok(gate, `${name} of ${JSON.stringify(unit)}`);
      assert.ok(written(read(gate.x) + read(gate.a) + read(gate.b), gate.z));
      assert.ok(written(squashOf(name)(read(gate.z)), gate.value), `${name}: ${gate.z} gives ${gate.value}`);
      assert.equal(gate.held, false);
    }
  }
  const held = otherUnit(random, 4, false);
  held.gates.z = 1;
  held.a = held.before;
  assert.equal(otherText(held).gates.z.held, true);
});
