// Two traces on one clock: which lanes are shown, and what they differ by. Pure.

import { Clock } from "./clock.js";
import { decodeArray, decodeNotes } from "./decode.js";
import { t } from "./words.js";

/** @import { Composed, Matrix, Payload, TraceData } from "./contract.js" */

/** What there is to choose from when a second trace is given. */
export const MODES = ["a", "b", "both", "difference"];

/** What is heard of the two where both are shown, or their difference. */
export const HEARD = ["a", "b", "both"];
const ASIDE = 0.6; // how far left and right two solos stand that are heard together

/** For each step of a clock, the step that another clock is at as it begins; −1 after that one's end. */
function stepsAt(/** @type {Matrix["values"]} */ edges, /** @type {Matrix["values"]} */ theirs) {
  const clock = new Clock(theirs);
  return Array.from(edges.subarray(0, -1), (edge) => (edge > clock.end - 1e-6 ? -1 : clock.stepAt(edge + 1e-6)));
}

/** Those rows of an array; NaN for −1. */
function rowsAt(/** @type {Matrix} */ { values, shape: [, columns] }, /** @type {number[]} */ at) {
  const out = new Float32Array(at.length * columns).fill(Number.NaN);
  at.forEach((row, step) => {
    if (row >= 0) out.set(values.subarray(row * columns, (row + 1) * columns), step * columns);
  });
  return { values: out, shape: [at.length, columns] };
}

const listAt = (list, at, filler) => at.map((place) => (place < 0 ? filler : list[place]));

/**
 * How a lane of another sequence is shown at those of its steps.
 * @type {Record<string, (lane: any, at: number[], trace: TraceData) => object>}
 */
const FITS = {
  heatmap: (lane, at) => ({ ...lane, values: rowsAt(decodeArray(lane.values), at) }),
  line: (lane, at) => ({ ...lane, values: rowsAt(decodeArray(lane.values), at) }),
  distribution: (lane, at) => ({ ...lane, p: rowsAt(decodeArray(lane.p), at), chosen: lane.chosen && listAt(lane.chosen, at, -1) }),
  diagram: (lane) => lane,
  tokens: (lane, at) => ({ ...lane, labels: listAt(lane.labels, at, "") }),
  pianoroll: (lane, at, { names }) => ({
    ...lane,
    names: listAt(names, at, ""),
    prompt: at.filter((step) => step >= 0 && step < lane.prompt).length,
    notes: decodeNotes(lane.notes).map((note) => ({ ...note, step: at.indexOf(note.step), until: at.lastIndexOf(note.step) })),
  }),
};

/**
 * The same of lanes that count back from a step, or on to it: only where both go step by step.
 * @type {Record<string, (lane: any, at: number[], trace: TraceData) => object>}
 */
const FITS_IN_STEP = {
  influence: (lane, at) => ({
    ...lane,
    norm: rowsAt(decodeArray(lane.norm), at),
    signed: rowsAt(decodeArray(lane.signed), at),
    targets: lane.targets.length ? listAt(lane.targets, at, "") : [],
    inputs: lane.inputs.length ? listAt(lane.inputs, at, "") : [],
  }),
  equation: (lane, at) => ({
    ...lane,
    za: rowsAt(decodeArray(lane.za), at),
    input: { values: Int32Array.from(listAt([...decodeArray(lane.input).values], at, 0)), shape: [at.length] },
    ...(lane.held && { held: Object.fromEntries(Object.entries(lane.held).map(([name, packed]) => [name, rowsAt(decodeArray(packed), at)])) }),
  }),
};

/** Largest |difference| rounded up to two digits, for a range that holds it. */
function reachOf(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most > 0 ? Number(most.toPrecision(2)) || most : 1;
}

/** The heatmap of `other − lane`; null if their units are not the same number. */
export function differenceLane(lane, other, at) {
  const one = decodeArray(lane.values);
  const two = rowsAt(decodeArray(other.values), at);
  if (one.shape[1] !== two.shape[1]) return null;
  const values = two.values.map((value, place) => value - one.values[place]);
  const reach = reachOf(values);
  return {
    ...lane, values: { values, shape: one.shape }, symbol: `Δ${lane.symbol}`,
    title: t("{title}, difference", { title: lane.title }), low: -reach, high: reach,
  };
}

/** For each lane, the lane of the other trace that shows the same thing, or undefined. */
function partners(lanes, others) {
  const same = (lane, other) => lane.kind === other.kind && lane.title === other.title && lane.symbol === other.symbol;
  return lanes.map((lane) => others.find((other) => same(lane, other)));
}

/** The music of the two that is chosen; of both, the solos left and right over the band of the first. */
function heardOf(/** @type {Payload} */ { sound, compare }, /** @type {string} */ heard) {
  // A note of the second belongs to the step of the first that it begins in.
  const theirs = decodeNotes(/** @type {any} */ (compare).sound).map((note) => ({ ...note, step: -1 }));
  if (heard === "b") return theirs;
  if (heard === "a") return sound;
  const aside = (notes, pan) => notes.filter(({ voice }) => voice === "solo").map((note) => ({ ...note, pan }));
  const ours = decodeNotes(sound);
  const notes = [...aside(ours, -ASIDE), ...aside(theirs, ASIDE), ...ours.filter(({ voice }) => voice !== "solo")];
  return notes.sort((one, other) => one.start - other.start);
}

/** Whether the two sound differently, so that there is something to choose. */
export function soundsApart(/** @type {Payload} */ { sound, compare }) {
  return Boolean(compare) && JSON.stringify(sound) !== JSON.stringify(compare?.sound);
}

/**
 * The trace, or the two traces, as one stage.
 * The clock is the first trace's unless only the second is shown, and where that one is longer, its
 * end. Both run in the same seconds: at each step of the first, the second is shown at the step that
 * it is at then, in its own rhythm.
 * @returns {Composed}
 */
export function composeStage(/** @type {Payload} */ data, mode = "a", heard = "both") {
  const { compare } = data;
  if (!compare || mode === "a") return data;
  if (mode === "b") return compare;
  const own = decodeArray(data.clock.edges).values;
  const theirs = decodeArray(compare.clock.edges).values;
  const alike = own.length === theirs.length && own.every((edge, step) => Math.abs(edge - theirs[step]) < 1e-9);
  const edges = /** @type {any} */ (Float64Array).from([...own, ...theirs.filter((edge) => edge > own[own.length - 1] + 1e-6)]);
  const [at, ours] = [stepsAt(edges, theirs), stepsAt(edges, own)];
  const inStep = at.every((place, step) => place === step || place < 0);
  const fits = inStep ? { ...FITS, ...FITS_IN_STEP } : FITS;
  const fit = (lane) => {
    if (alike) return lane;
    return Object.hasOwn(fits, lane.kind) ? fits[lane.kind](lane, at, compare) : null;
  };
  // The first lasts as long as its own steps, and none of it is moved.
  const first = (lane) => {
    const fitted = { ...FITS, ...FITS_IN_STEP }[lane.kind];
    return edges.length > own.length && fitted ? fitted(lane, ours, data) : lane;
  };
  const titled = (lane, name) => lane && { ...lane, title: `${lane.title} · ${name}` };
  const mates = partners(data.lanes, compare.lanes);
  const lanes = data.lanes.flatMap((lane, place) => {
    const mate = mates[place];
    const shown = titled(first(lane), data.name);
    if (!mate) return mode === "both" ? [shown] : [];
    if (mode === "both") return [shown, titled(fit(mate), compare.name)];
    if (lane.kind === "heatmap") return [differenceLane(first(lane), mate, at)];
    if (lane.kind === "pianoroll" || lane.kind === "tokens") return [shown, titled(fit(mate), compare.name)];
    return [];
  });
  const named = (names) => (names.length ? listAt(names, ours, "") : names);
  return {
    clock: { edges: { values: edges, shape: [edges.length] } }, names: named(data.names), reads: named(data.reads), given: data.given,
    lanes: lanes.filter(Boolean), groups: [], asks: data.asks,
    sound: soundsApart(data) ? heardOf(data, heard) : data.sound, own: data.sound,
  };
}
