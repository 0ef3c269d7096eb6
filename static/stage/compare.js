// Two traces on one clock: which lanes are shown, and what they differ by. Pure.

import { decodeArray, decodeNotes } from "./decode.js";
import { t } from "./words.js";

/** @import { Composed, LaneData, Matrix, Payload } from "./contract.js" */

/** What there is to choose from when a second trace is given. */
export const MODES = ["a", "b", "both", "difference"];

/** The rows of an array cut to `steps`, or filled up with NaN where the sequence has ended. */
function fitRows(/** @type {Matrix} */ { values, shape: [rows, columns] }, /** @type {number} */ steps) {
  if (rows === steps) return { values, shape: [rows, columns] };
  const out = new Float32Array(steps * columns).fill(Number.NaN);
  out.set(values.subarray(0, Math.min(rows, steps) * columns));
  return { values: out, shape: [steps, columns] };
}

function fitList(list, steps, filler) {
  return Array.from({ length: steps }, (_, step) => (step < list.length ? list[step] : filler));
}

/**
 * How a lane of another sequence is laid on these edges, step by step.
 * @type {Record<string, (lane: any, edges: Matrix["values"]) => object>}
 */
const FITS = {
  heatmap: (lane, edges) => ({ ...lane, values: fitRows(decodeArray(lane.values), edges.length - 1) }),
  line: (lane, edges) => ({ ...lane, values: fitRows(decodeArray(lane.values), edges.length - 1) }),
  distribution: (lane, edges) => ({
    ...lane,
    p: fitRows(decodeArray(lane.p), edges.length - 1),
    chosen: lane.chosen && fitList(lane.chosen, edges.length - 1, -1),
  }),
  diagram: (lane) => lane,
  influence: (lane, edges) => ({
    ...lane,
    norm: fitRows(decodeArray(lane.norm), edges.length - 1),
    signed: fitRows(decodeArray(lane.signed), edges.length - 1),
    targets: lane.targets.length ? fitList(lane.targets, edges.length - 1, "") : [],
    inputs: lane.inputs.length ? fitList(lane.inputs, edges.length - 1, "") : [],
  }),
  equation: (lane, edges) => {
    const input = decodeArray(lane.input).values;
    const held = lane.held && Object.fromEntries(
      Object.entries(lane.held).map(([name, packed]) => [name, fitRows(decodeArray(packed), edges.length - 1)]),
    );
    return {
      ...lane,
      za: fitRows(decodeArray(lane.za), edges.length - 1),
      input: { values: Int32Array.from(fitList(input, edges.length - 1, 0)), shape: [edges.length - 1] },
      ...(held ? { held } : {}),
    };
  },
  tokens: (lane, edges) => ({ ...lane, labels: fitList(lane.labels, edges.length - 1, "") }),
  pianoroll: (lane, edges) => ({
    ...lane,
    chords: [],
    notes: decodeNotes(lane.notes)
      .filter((note) => note.step >= 0 && note.step < edges.length - 1)
      .map((note) => ({ ...note, start: edges[note.step], end: edges[note.step + 1] })),
  }),
};

/** Largest |difference| rounded up to two digits, for a range that holds it. */
function reachOf(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most > 0 ? Number(most.toPrecision(2)) || most : 1;
}

/** The heatmap of `other − lane`; null if their units are not the same number. */
export function differenceLane(lane, other, steps) {
  const one = fitRows(decodeArray(lane.values), steps);
  const two = fitRows(decodeArray(other.values), steps);
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

/**
 * The trace, or the two traces, as one stage.
 * The clock is the first trace's unless only the second is shown; the other is laid on it
 * step by step, since step t is what the two have in common.
 * @returns {Composed}
 */
export function composeStage(/** @type {Payload} */ data, mode = "a") {
  const { compare } = data;
  if (!compare || mode === "a") return data;
  if (mode === "b") return compare;
  const edges = decodeArray(data.clock.edges).values;
  const theirs = decodeArray(compare.clock.edges).values;
  const alike = edges.length === theirs.length && edges.every((edge, step) => Math.abs(edge - theirs[step]) < 1e-9);
  const fit = (lane) => {
    if (alike) return lane;
    return Object.hasOwn(FITS, lane.kind) ? FITS[lane.kind](lane, edges) : null;
  };
  const titled = (lane, name) => lane && { ...lane, title: `${lane.title} · ${name}` };
  const mates = partners(data.lanes, compare.lanes);
  const lanes = data.lanes.flatMap((lane, place) => {
    const mate = mates[place];
    if (!mate) return mode === "both" ? [titled(lane, data.name)] : [];
    if (mode === "both") return [titled(lane, data.name), titled(fit(mate), compare.name)];
    if (lane.kind === "heatmap") return [differenceLane(lane, mate, edges.length - 1)];
    if (lane.kind === "pianoroll" || lane.kind === "tokens") {
      return [titled(lane, data.name), titled(fit(mate), compare.name)];
    }
    return [];
  });
  return { clock: data.clock, names: data.names, reads: data.reads, given: data.given, lanes: lanes.filter(Boolean), sound: data.sound, signals: data.signals, groups: [], asks: data.asks };
}
