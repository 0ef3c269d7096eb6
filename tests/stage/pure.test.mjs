import assert from "node:assert/strict";
import test from "node:test";

import { axisColour, colourIndex, contrast, divergingMap, luminance, mapFor, parseColour, sequentialMap } from "../../static/stage/colours.js";
import { Clock } from "../../static/stage/clock.js";
import { View, makeLayout, pixelsPerSecond, rowAt, rowHeight } from "../../static/stage/scales.js";
import { correlations, deviations, orderByPeak, orderByScore, topProbabilities } from "../../static/stage/quantities.js";
import { StageData } from "../../static/stage/data.js";
import { decodeArray, decodeNotes } from "../../static/stage/decode.js";
import { encodeWav } from "../../static/stage/wav.js";
import { axisName, boundText, fitText, numberText, percentText, pitchText, shapeText, slugText, timeText } from "../../static/stage/text.js";

const pack = (typed, dtype, shape = [typed.length]) => ({ dtype, shape, data: Buffer.from(typed.buffer).toString("base64") });
// Neighbours may differ by what rounding to 8 bits does; every eighth colour must truly change.
const falls = (numbers) =>
  numbers.every((each, at) => at === 0 || each <= numbers[at - 1] + 0.002) &&
  numbers.every((each, at) => at < 8 || each < numbers[at - 8]);
const rises = (numbers) => falls(numbers.map((each) => -each));

for (const dark of [false, true]) {
  const theme = dark ? "dark" : "light";

  test(`sequential map, ${theme}: lightness only ever goes one way`, () => {
    const light = sequentialMap(dark).map(luminance);
    assert.ok(dark ? rises(light) : falls(light));
    assert.ok(Math.abs(light[255] - light[0]) > 0.3);
  });

  test(`diverging map, ${theme}: lightness is monotone from zero to both ends and alike on both`, () => {
    const light = divergingMap(dark).map(luminance);
    const below = light.slice(0, 128).reverse();
    const above = light.slice(128);
    for (const side of [below, above]) assert.ok(dark ? rises(side) : falls(side));
    for (let at = 0; at < 128; at += 1) assert.ok(Math.abs(below[at] - above[at]) < 0.09);
  });

  test(`diverging map, ${theme}: blue below and orange above, so red-green blindness does not matter`, () => {
    const map = divergingMap(dark);
    const [low, high] = [map[20], map[235]];
    assert.ok(low[2] > low[0] + 40, "below zero is blue");
    assert.ok(high[0] > high[2] + 40, "above zero is orange");
  });

  test(`axis names, ${theme}: readable on the page`, () => {
    const paper = dark ? [14, 17, 23] : [255, 255, 255];
    for (const name of ["m", "Tx", "n_values", "n_a", "e_length"]) {
      assert.ok(contrast(axisColour(name, dark), paper) >= 4.5, name);
    }
    assert.equal(axisColour("unheard_of", dark), null);
  });
}

test("the unit that changes most comes first, a constant one last", () => {
  const values = Float32Array.from([0.9, 0, -1, 0.9, 0.2, 1, 0.9, -0.2, -1]); // three steps by three units
  const spread = deviations(values, 3, 3);
  assert.ok(Math.abs(spread[1] - 0.08 / 3) < 1e-6);
  assert.deepEqual([...orderByScore(spread)], [2, 1, 0]);
});

test("zero has the middle colour however lopsided the range", () => {
  const middle = colourIndex(0, -1, 1);
  assert.equal(colourIndex(0, -0.2, 3), middle);
  assert.equal(colourIndex(3, -0.2, 3), 255);
  assert.equal(colourIndex(-3, -0.2, 3), 0);
  assert.equal(colourIndex(99, 0, 1), 255);
});

test("a range with both signs is diverging, others are sequential", () => {
  assert.equal(mapFor(-1, 1), "diverging");
  assert.equal(mapFor(0, 1), "sequential");
});

test("theme colours are read in every form a browser gives", () => {
  assert.deepEqual(parseColour("#fff"), [255, 255, 255]);
  assert.deepEqual(parseColour(" #0e1117 "), [14, 17, 23]);
  assert.deepEqual(parseColour("rgba(1, 2, 3, 0.5)"), [1, 2, 3]);
  assert.equal(parseColour(""), null);
});

test("x is proportional to time and comes back to the same second", () => {
  const clock = new Clock(Float64Array.of(0, 0.4, 0.6, 1, 2));
  const layout = makeLayout(1100);
  const view = new View(clock, layout, pixelsPerSecond(clock, layout.plot, 9), 0);
  assert.equal(view.whole, true);
  assert.equal(view.x(0), layout.gutter);
  assert.ok(Math.abs(view.x(2) - layout.gutter - layout.plot) < 1e-9);
  assert.ok(Math.abs(view.seconds(view.x(0.77)) - 0.77) < 1e-9);
  assert.deepEqual([view.first, view.last], [0, 3]);
});

test("short steps are not squeezed to slivers: the picture becomes longer than the plot", () => {
  const edges = Float64Array.from({ length: 501 }, (_, step) => step * 0.2);
  const clock = new Clock(edges);
  const layout = makeLayout(1100);
  const pps = pixelsPerSecond(clock, layout.plot, 9);
  assert.ok(pps * 0.2 >= 9 - 1e-6);
  const view = new View(clock, layout, pps, 0);
  assert.equal(view.whole, false);
  const late = 60;
  const turned = new View(clock, layout, pps, view.follow(late));
  assert.ok(turned.from < late && late < turned.to);
  assert.equal(view.follow(0.5), 0);
  const end = new View(clock, layout, pps, view.follow(100));
  assert.ok(Math.abs(end.to - 100) < 1e-6);
});

test("rows are whole pixels where they fit", () => {
  assert.equal(rowHeight(64, 128), 2);
  assert.equal(rowHeight(60, 128), 2);
  assert.equal(rowHeight(300, 128, 0.5), 128 / 300);
  assert.equal(rowAt(0, 64, 128), 0);
  assert.equal(rowAt(127.9, 64, 128), 63);
  assert.equal(rowAt(128, 64, 128), -1);
});

test("the largest probabilities come in order, with the chosen one among them and the rest summed", () => {
  const p = Float32Array.of(0.05, 0.4, 0.2, 0.05, 0.3);
  const top = topProbabilities(p, 3, 0);
  assert.deepEqual(top.places, [1, 4, 0]);
  assert.equal(top.restCount, 2);
  assert.ok(Math.abs(top.rest - 0.25) < 1e-6);
  assert.deepEqual(topProbabilities(p, 5).places.slice(0, 3), [1, 4, 2]);
});

test("units are ordered by when they peak, and by correlation", () => {
  // Two steps-by-three-units: unit 0 peaks last, unit 1 first, unit 2 in the middle.
  const values = Float32Array.of(0, -0.9, 0.1, 0.2, 0.1, 0.8, 0.9, 0, 0.1);
  assert.deepEqual([...orderByPeak(values, 3, 3)], [1, 2, 0]);
  const scores = correlations(values, 3, 3, [1, 2, 3]);
  assert.ok(scores[0] > 0.9 && scores[1] > 0.8 && Math.abs(scores[2]) < 0.1);
  assert.equal(orderByScore(scores)[0], scores[0] > scores[1] ? 0 : 1);
  assert.deepEqual([...correlations(values, 3, 3, [1, 1, 1])], [0, 0, 0]);
});

test("arrays arrive exactly", () => {
  const sent = Float32Array.of(0.1, -2.5, 3e-8, 7);
  const { values, shape } = decodeArray(pack(sent, "f4", [2, 2]));
  assert.deepEqual(values, sent);
  assert.deepEqual(shape, [2, 2]);
});

test("notes come in order of onset", () => {
  const notes = decodeNotes({
    start: pack(Float64Array.of(1, 0), "f8"), end: pack(Float64Array.of(2, 0.5), "f8"),
    pitch: [60, 62], voice: ["solo", "bass"], velocity: [90, 80], step: [1, 0],
  });
  assert.deepEqual(notes.map((note) => note.pitch), [62, 60]);
  assert.deepEqual(notes[0], { start: 0, end: 0.5, pitch: 62, voice: "bass", velocity: 80, step: 0 });
});

test("a WAV is a RIFF file of the right length with the samples in it", () => {
  const buffer = encodeWav([Float32Array.of(0, 1, -1, 2), Float32Array.of(0.5, 0, 0, 0)], 44100);
  const view = new DataView(buffer);
  const text = (at) => String.fromCharCode(...new Uint8Array(buffer, at, 4));
  assert.equal(text(0), "RIFF");
  assert.equal(text(8), "WAVE");
  assert.equal(view.getUint32(4, true), buffer.byteLength - 8);
  assert.equal(view.getUint32(24, true), 44100);
  assert.equal(view.getUint16(22, true), 2);
  assert.equal(view.getUint32(40, true), 16);
  assert.deepEqual([44, 46, 48, 52, 56].map((at) => view.getInt16(at, true)), [0, 16384, 32767, -32767, 32767]);
});

test("numbers are written as a reader writes them", () => {
  assert.equal(numberText(-0.42071, 3), "−0.421");
  assert.equal(numberText(-0.0001, 3), "0.000");
  assert.equal(boundText(-1), "−1");
  assert.equal(boundText(0.25), "0.25");
  assert.equal(boundText(0), "0");
  assert.equal(boundText(100), "100");
  assert.equal(percentText(0.0312), "3.1%");
  assert.equal(percentText(0.0001), "< 0.1%");
  assert.equal(percentText(0), "0.0%");
  assert.equal(timeText(64.35), "1:04.4");
  assert.equal(pitchText(60), "C4");
  assert.equal(pitchText(70), "B♭4");
  assert.equal(shapeText([["Tx", 60], ["n_a", 64]]), "(Tx=60, n_a=64)");
});

test("file names are plain whatever the title", () => {
  assert.equal(slugText("Sólo “No. 2”/..\\x"), "solo-no-2-x");
  assert.equal(slugText("读 C4 · 第 2 步"), "读-c4-第-2-步");
  assert.equal(slugText("ピアノ"), "ピアノ");
  assert.equal(slugText("♪"), "stage");
});

test("text is cut to what fits", () => {
  const measure = (text) => text.length * 10;
  assert.equal(fitText("Melody", 100, measure), "Melody");
  assert.equal(fitText("Melody", 40, measure), "Mel…");
  assert.equal(fitText("Melody", 5, measure), "");
});

test("the unit pinned last is a curve over the steps, and none is without a pin", () => {
  const data = new StageData();
  const values = Float32Array.from([0.1, -0.2, 0.3, 0.8, 0.5, -0.4]); // 3 steps, 2 units
  data.lanes = [{ head: { title: "", symbol: "a", shape: [], legend: null }, units: { axis: "n_a", count: 2, rows: 3, values } }];
  assert.equal(data.curve, null);
  data.pick("n_a", 0);
  data.pick("n_a", 1);
  const { symbol, unit, values: over, most } = data.curve;
  assert.deepEqual([symbol, unit, ...over], ["a", 1, ...Float32Array.from([-0.2, 0.8, -0.4])]);
  assert.equal(most, Math.fround(0.8));
  data.pick("n_a", 1);
  assert.equal(data.curve.unit, 0);
});

test("units of each layer stand in groups of their own", () => {
  const data = new StageData();
  data.orderKey = "groups";
  data.groups = [
    { name: "one", what: "", units: [1, 0], r: [0.9, 0.5], axis: "n_a[1]" },
    { name: "", what: "", units: [2], r: [0.1], axis: "n_a[1]" },
    { name: "two", what: "", units: [2, 1, 0], r: [0.8, 0.7, 0.6], axis: "n_a[2]" },
  ];
  assert.deepEqual([...data.order("n_a[1]", 3)], [1, 0, 2]);
  assert.deepEqual([...data.order("n_a[2]", 3)], [2, 1, 0]);
  assert.equal(data.follows("n_a[2]", 0).group.name, "two");
  assert.equal(data.follows("n_a", 0), null);
  assert.equal(data.brackets("n_a[1]", 3).length, 2);
  assert.equal(axisName("n_a[2]"), "n_a");
  assert.equal(axisName("e_length"), "e_length");
});
