import assert from "node:assert/strict";
import test from "node:test";

import { Round, coverStage, roundOf } from "../../static/stage/round.js";
import { Timeline } from "../../static/stage/timeline.js";
import { Clock } from "../../static/stage/clock.js";

const STEPS = 6;
const array = (Typed, values, shape) => ({ values: Typed.from(values), shape });
const row = (of) => array(Float32Array, Array.from({ length: STEPS * 2 }, (_, at) => of + at), [STEPS, 2]);
const EDGES = [0, 1, 2, 5, 6, 7, 9]; // the third and the last are long
const NAMES = ["do", "re", "mi", "fa", "so", "la"];

function melody() {
  const notes = NAMES.map((_, step) => ({ start: EDGES[step], end: EDGES[step + 1], pitch: 60 + step, voice: "solo", velocity: 90, step }));
  const bass = { start: 5, end: 6, pitch: 40, voice: "bass", velocity: 90, step: -1 };
  return {
    clock: { edges: array(Float64Array, EDGES, [STEPS + 1]) },
    names: NAMES,
    reads: ["nothing", ...NAMES.slice(0, -1)],
    sound: [...notes.map((note) => ({ ...note, step: -1 })), bass],
    groups: [],
    lanes: [
      { kind: "pianoroll", title: "notes", notes, chords: [], prompt: 0 },
      { kind: "tokens", title: "x", symbol: "x", labels: ["–", ...NAMES.slice(0, -1)], n_values: 6, fed: true },
      { kind: "heatmap", title: "a", symbol: "a", values: row(100), low: 0, high: 1, rows: [], units: "", axis: "n_a" },
      { kind: "distribution", title: "y", p: row(200), labels: NAMES, chosen: [0, 1, 2, 3, 4, 5], axis: "n_values", ticks: [] },
      { kind: "line", title: "p", values: row(300), labels: ["one", "two"], symbol: "" },
      { kind: "influence", title: "i", norm: row(400), signed: row(500), target: "log P", targets: NAMES.map((name) => `P(${name})`), inputs: ["nothing", ...NAMES.slice(0, -1)], units: "" },
      { kind: "equation", title: "e", za: row(600), input: array(Int32Array, [0, 0, 1, 2, 3, 4], [STEPS]), held: { f: row(700) } },
    ],
  };
}

const asks = (right = [0, 1, 2, 3, 4, 5]) => ({
  about: JSON.stringify(right), question: "Which?", labels: NAMES, first: 1, last: 5, right,
  choices: NAMES.map((_, step) => [0, 1, 2, 3].map((at) => (step < 4 ? at : at + 2))),
  p: NAMES.map(() => [0.1, 0.2, 0.6, 0.1]),
});

/** All that a stage says in words or finite numbers from a step on. */
function told(stage, from) {
  const said = [];
  for (const lane of stage.lanes) {
    for (const value of [...Object.values(lane), ...Object.values(lane.held ?? {})]) {
      if (value?.shape?.[1] === 2) said.push(...Array.from(value.values.slice(from * 2)).filter(Number.isFinite));
    }
  }
  return said;
}

test("a covered stage does not hold what is asked for, in any lane, name or sound", () => {
  const covered = coverStage(melody(), { outputs: 3, states: 4, whole: false });
  assert.deepEqual(told(covered, 4), []);
  assert.deepEqual(covered.names, ["do", "re", "mi", "?", "?", "?"]);
  assert.deepEqual(covered.reads, ["nothing", "do", "re", "mi", "?", "?"]);
  const [notes, x, a, y, p, influence] = covered.lanes;
  assert.deepEqual(notes.notes.map(({ pitch }) => pitch), [60, 61, 62]);
  assert.deepEqual(notes.reach, [60, 65]); // the picture's scale is as before
  assert.deepEqual(x.labels, ["–", "do", "re", "mi", "?", "?"]);
  assert.equal(a.values.values[3 * 2], 106); // the state that is asked about stays
  for (const matrix of [y.p, p.values, influence.norm]) assert.ok(Number.isNaN(matrix.values[3 * 2]));
  assert.deepEqual(y.chosen, [0, 1, 2, -1, -1, -1]);
  assert.deepEqual(influence.targets.slice(2), ["P(mi)", "?", "?", "?"]);
  assert.deepEqual(covered.sound.map(({ pitch }) => pitch), [60, 61, 62, 40]); // the band plays on
  assert.deepEqual(covered.covered, [3, 4, 4, 3, 3, 3, 4]);
});

test("how long a covered step lasts tells nothing either", () => {
  const [long, last] = [2, 5].map((outputs) => Array.from(coverStage(melody(), { outputs, states: outputs + 1, whole: false }).clock.edges.values));
  assert.deepEqual(long, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(last, [0, 1, 2, 5, 6, 7, 8]);
});

test("a sentence keeps its words, and its last answer is told by nothing before", () => {
  const sentence = { ...melody(), reads: [] };
  sentence.lanes = sentence.lanes.slice(2).concat([{ kind: "tokens", title: "words", symbol: "", labels: NAMES }]);
  const covered = coverStage(sentence, { outputs: 2, states: 2, whole: true });
  assert.deepEqual(covered.names, NAMES);
  assert.deepEqual(covered.lanes.at(-1).labels, NAMES);
  assert.deepEqual(told(covered, 2), []);
  assert.equal(covered.lanes[3].target, "?");
  assert.ok(covered.lanes[3].norm.values.every(Number.isNaN));
});

test("a question begins after a few notes, or at the playhead; with a sentence, at its first word", () => {
  const round = new Round();
  round.adopt({ ...asks(), last: 40 });
  round.start(0);
  assert.equal(round.at, 8);
  round.start(20);
  assert.equal(round.at, 20);
  round.start(99);
  assert.equal(round.at, 40);
  round.adopt({ ...asks(null), first: 0 });
  round.start(5);
  assert.equal(round.at, 0);
  assert.equal(round.further(), 5); // the last word
});

test("a choice counts once, against the network's, with the probability it gave", () => {
  const round = new Round();
  Object.assign(round, { on: true }).adopt(asks());
  round.ask(2);
  assert.deepEqual(round.cover, { outputs: 2, states: 3, whole: false });
  round.choose(1);
  round.choose(2); // a change of mind
  round.reveal();
  round.choose(0); // too late
  round.reveal();
  assert.deepEqual(round.score, { asked: 1, right: 1, network: 1, p: 0.6, hands: 0, raised: 0 });
  assert.deepEqual(round.cover, { outputs: 3, states: 3, whole: false });
  round.ask(round.next);
  round.reveal(); // nobody has said anything
  assert.equal(round.score.asked, 1);
  round.ask(1);
  round.choose(3);
  round.reveal();
  assert.deepEqual([round.score.asked, round.score.right, round.score.network], [2, 1, 1]);
  round.ask(2); // asked before
  round.choose(2);
  round.reveal();
  assert.equal(round.score.asked, 2);
});

test("a show of hands: what most are for counts, two that are equal are no answer", () => {
  const round = new Round();
  Object.assign(round, { on: true, hands: true }).adopt(asks());
  round.ask(3);
  round.setHands(3, 7);
  round.choose(3);
  round.setHands(0, "5");
  round.reveal();
  assert.deepEqual(round.score, { asked: 1, right: 1, network: 0, p: 0.1, hands: 13, raised: 8 });
  round.ask(1);
  round.setHands(0, 4);
  round.setHands(1, 4);
  assert.equal(round.answer, -1);
  round.setHands(1, Number.NaN);
  assert.equal(round.answer, 0);
});

test("a round outlives its stage and the same data; other data open another question", () => {
  const round = roundOf("solo");
  assert.equal(roundOf("solo"), round);
  Object.assign(round, { on: true }).adopt(asks());
  round.ask(2);
  round.choose(2);
  round.reveal();
  round.adopt({ ...asks(), question: "哪个？" }); // in another language
  assert.deepEqual([round.at, round.open.revealed, round.score.asked], [2, true, 1]);
  round.adopt(asks([5, 4, 3, 2, 1, 0]));
  assert.deepEqual([round.at, round.cover, round.score.asked], [-1, null, 1]);
  round.ask(5);
  round.reveal();
  assert.ok(round.told);
  assert.equal(round.cover, null);
});

test("while a question is open, playing begins a little before it and ends at it", () => {
  let now = 0;
  const timeline = new Timeline(new Clock(EDGES), () => now);
  timeline.bounds = [1, 5];
  timeline.seek(8);
  assert.equal(timeline.position(), 5);
  timeline.play();
  now = 2;
  assert.equal(timeline.position(), 3);
  now = 9;
  assert.equal(timeline.position(), 5);
  assert.ok(timeline.over);
});
