import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { composeStage, soundsApart } from "../../static/stage/compare.js";
import { decodeArray, decodeNotes } from "../../static/stage/decode.js";
import { fillPage } from "../../static/stage/offline.js";
import { firesElsewhere, searchable, strongestUnits } from "../../static/stage/elsewhere.js";
import { niceEvery } from "../../static/stage/controls.js";
import { paintUnits } from "../../static/stage/unit_bars.js";
import { spread } from "../../static/stage/lanes/heatmap.js";

const array = (Typed, values, shape = [values.length]) => ({ values: Typed.from(values), shape });

function trace(name, edges, h, labels) {
  const steps = edges.length - 1;
  return {
    name,
    names: [],
    reads: [],
    sound: [],
    clock: { edges: array(Float64Array, edges) },
    lanes: [
      { kind: "tokens", title: "Tokens", labels },
      { kind: "heatmap", title: "Hidden state", symbol: "a", axis: "n_a", low: -1, high: 1, rows: [], units: "", values: array(Float32Array, h, [steps, 2]) },
      { kind: "pianoroll", title: "Solo", chords: [[0, 1, "G7"]], prompt: 0, notes: [{ start: edges[0], end: edges[1], pitch: 60, voice: "solo", velocity: 90, step: 0 }, { start: edges.at(-2), end: edges.at(-1), pitch: 64, voice: "solo", velocity: 90, step: steps - 1 }] },
    ],
  };
}

const before = () => trace("before", [0, 1, 2, 3], [0, 0, 0.5, -0.5, 1, -1], ["x", "y", "z"]);
const after = () => trace("after", [0, 1, 2, 3], [0.25, 0, 0.5, 0.25, 0, 1], ["x", "q", "r"]);
const other = () => trace("other", [0, 0.5, 1, 2], [1, 1, 2, 2, 3, 3], ["x", "v", "w"]);

test("without a second trace, or for the first alone, nothing is changed", () => {
  const data = { ...before(), compare: null };
  assert.equal(composeStage(data, "difference"), data);
  const two = { ...before(), compare: after() };
  assert.equal(composeStage(two, "a"), two);
  assert.equal(composeStage(two, "b"), two.compare);
});

test("both: each lane is followed by its partner, named after its trace", () => {
  const { lanes } = composeStage({ ...before(), compare: after() }, "both");
  assert.deepEqual(lanes.map((lane) => lane.title), [
    "Tokens · before", "Tokens · after", "Hidden state · before", "Hidden state · after", "Solo · before", "Solo · after",
  ]);
});

test("difference: the second minus the first, number by number, zero-centred", () => {
  const { lanes } = composeStage({ ...before(), compare: after() }, "difference");
  const map = lanes.find((lane) => lane.kind === "heatmap");
  assert.deepEqual([...map.values.values], [0.25, 0, 0, 0.75, -1, 2]);
  assert.equal(map.low, -map.high);
  assert.ok(map.high >= 2);
});

test("another sequence runs in its own rhythm: at each step it is at the one that sounds then", () => {
  const { lanes, clock } = composeStage({ ...before(), compare: { ...other(), names: ["k", "l", "m"] } }, "both");
  assert.deepEqual(lanes[5].names, ["k", "m", ""]);
  assert.deepEqual([...clock.edges.values], [0, 1, 2, 3]);
  assert.deepEqual(lanes[1].labels, ["x", "w", ""]);
  assert.deepEqual(lanes[3].values.shape, [3, 2]);
  assert.deepEqual([...lanes[3].values.values.subarray(0, 4)], [1, 1, 3, 3]);
  assert.ok(Number.isNaN(lanes[3].values.values[4]));
  assert.deepEqual(lanes[5].notes.map((note) => [note.start, note.end, note.step, note.until]), [[0, 0.5, 0, 0], [1, 2, 1, 1]]);
  const difference = composeStage({ ...before(), compare: other() }, "difference").lanes.find((lane) => lane.kind === "heatmap");
  assert.deepEqual([...difference.values.values.subarray(0, 4)], [1, 1, 2.5, 3.5]);
  assert.ok(Number.isNaN(difference.values.values[5]));
  assert.ok(Number.isFinite(difference.high));
});

test("where the second is longer the clock goes on to its end, and the first has ended", () => {
  const longer = trace("longer", [0, 1, 2, 4, 5], [1, 1, 2, 2, 3, 3, 4, 4], ["x", "v", "w", "u"]);
  const { lanes, clock, names } = composeStage({ ...before(), names: ["p", "q", "r"], compare: longer }, "both");
  assert.deepEqual([...clock.edges.values], [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(names, ["p", "q", "r", "", ""]);
  assert.deepEqual(lanes.slice(0, 2).map(({ labels }) => labels), [["x", "y", "z", "", ""], ["x", "v", "w", "w", "u"]]);
  assert.deepEqual([...lanes[2].values.values.subarray(4)], [1, -1, NaN, NaN, NaN, NaN]);
  assert.deepEqual(lanes[4].notes.map(({ step }) => step), [0, 2]);
  assert.deepEqual(lanes[5].notes.map(({ start, step, until }) => [start, step, until]), [[0, 0, 0], [4, 4, 4]]);
});

test("of two that are shown together, the first, the second or both are heard, each when it is", () => {
  const note = (start, pitch, voice = "solo") => ({ start, end: start + 0.5, pitch, voice, velocity: 90, step: voice === "solo" ? 7 : -1 });
  const first = { ...before(), sound: [note(0, 60), note(0, 36, "bass"), note(2, 62)] };
  const two = { ...first, compare: { ...other(), sound: [note(0, 60), note(0.5, 67), note(1, 40, "bass")] } };
  const heard = (hear, mode = "both") => composeStage(two, mode, hear).sound.map(({ start, pitch, pan, step }) => [start, pitch, pan, step]);
  assert.deepEqual(composeStage(two, "both", "a").sound, first.sound);
  assert.deepEqual(heard("b", "difference"), [[0, 60, undefined, -1], [0.5, 67, undefined, -1], [1, 40, undefined, -1]]);
  assert.deepEqual(heard("both"), [[0, 60, -0.6, 7], [0, 60, 0.6, -1], [0, 36, undefined, -1], [0.5, 67, 0.6, -1], [2, 62, -0.6, 7]]);
  assert.equal(soundsApart(two), true);
  const same = { ...first, compare: { ...after(), sound: first.sound } };
  assert.equal(soundsApart(same), false);
  assert.equal(composeStage(same, "both").sound, first.sound);
});

test("what is already unpacked passes through the decoders", () => {
  const matrix = array(Float32Array, [1, 2]);
  assert.equal(decodeArray(matrix), matrix);
  const notes = [{ start: 0 }];
  assert.equal(decodeNotes(notes), notes);
});

test("units that fire here are found elsewhere, strongest first, signs minded", () => {
  const here = Float32Array.of(0.9, -0.8, 0.1);
  assert.deepEqual(strongestUnits(here, 2), [0, 1]);
  const other = array(Float32Array, [0, 0, 0, 0.5, -0.5, 0, 0, 0, 0, 0.9, -0.9, 0, -0.9, 0.9, 0], [5, 3]);
  const found = firesElsewhere(here, [0, 1], [other]);
  assert.deepEqual(found.map(({ step }) => step), [3, 1]);
  assert.ok(Math.abs(found[0].score - 0.9) < 1e-6);
});

test("only the first model's states are looked for in what it read", () => {
  const shown = ["a", "b", "both", "difference"].filter((mode) => searchable({ sequences: [] }, mode));
  assert.deepEqual(shown, ["a", "both"]);
  assert.equal(searchable(null, "a"), false);
});

test("labels are moved apart and stay inside", () => {
  const placed = spread([10, 12, 11, 98], 10, 100, 5);
  const sorted = [...placed].sort((one, other) => one - other);
  for (let at = 1; at < sorted.length; at += 1) assert.ok(sorted[at] - sorted[at - 1] >= 10 - 1e-9);
  assert.ok(sorted[0] >= 5 && sorted.at(-1) <= 95);
  assert.ok(placed[0] < placed[2] && placed[2] < placed[1]);
});

const MAP = Uint32Array.from({ length: 256 }, (_, place) => 0xff000000 + place);
const LOOK = { low: -1, high: 1, pixels: MAP, width: 13, height: 8, strip: 2, left: 3, thin: 1, ground: 0xffffff00, faint: 0xffff0000 };

test("a bar reaches from zero to its value, faint where it fills a pixel in part; none where a sequence has ended", () => {
  const row = Float32Array.of(0.5, -1, Number.NaN, 0.25);
  const bars = paintUnits(new Uint32Array(13 * 8), { ...LOOK, row, order: [1, 0, 2, 3] });
  // c: the unit's colour, b: its bar, (: a part of one, |: zero, .: ground
  const signs = (line) => Array.from(bars.subarray(line * 13, line * 13 + 13), (pixel) => (
    pixel === 0 ? " " : pixel === LOOK.ground ? "." : pixel === LOOK.faint ? "|" : pixel >>> 8 === 0xff0000 ? "b" : "(")).join("");
  assert.equal(signs(0), "bb bbbbb|....");
  assert.equal(signs(2), "bb .....|b(..");
  assert.equal(signs(4), "   .....|....");
  assert.equal(signs(6), "bb .....|(...");
  for (const line of [0, 2, 4, 6]) assert.equal(signs(line + 1), signs(line));
  assert.deepEqual([bars[0], bars[26]], [MAP[0], MAP[191]]);
});

test("high rows leave a gap below each bar, and a share of the range grows from the left", () => {
  const bars = paintUnits(new Uint32Array(13 * 4), { ...LOOK, row: [0.55], order: [0], low: 0, height: 4 });
  assert.deepEqual([...bars.subarray(3, 13)], [LOOK.faint, ...Array(4).fill(MAP[190]), 0xff808000 + Math.round(190 / 2), ...Array(4).fill(LOOK.ground)]);
  assert.deepEqual([...bars.subarray(42, 52)], [LOOK.faint, ...Array(9).fill(LOOK.ground)]);
});

test("the ruler numbers as many steps as have room", () => {
  assert.equal(niceEvery(40, 30), 1);
  assert.equal(niceEvery(9, 30), 5);
  assert.equal(niceEvery(1, 30), 50);
});

test("the offline page holds whatever text it is given as text", () => {
  const template = readFileSync(new URL("../../static/stage/offline.html", import.meta.url), "utf8");
  const evil = "</script><script>alert(1)</script>$&{{page}}";
  const filled = fillPage(template, { css: "</style>", modules: {}, data: { label: evil } });
  assert.ok(!filled.includes("<script>alert"));
  assert.ok(!filled.includes("</style>", filled.indexOf("<body>")));
  const held = JSON.parse(/id="page">(.*?)<\/script>/.exec(filled)[1]);
  assert.deepEqual(held, { css: "</style>", modules: {}, data: { label: evil } });
});

test("values sent as shades lie between low and high", () => {
  const data = Buffer.from([0, 51, 255]).toString("base64");
  const { values } = decodeArray({ dtype: "u1", shape: [3, 1], data, low: -1, high: 1 });
  assert.deepEqual(Array.from(values, (value) => Math.round(value * 1e6) / 1e6), [-1, -0.6, 1]);
});
