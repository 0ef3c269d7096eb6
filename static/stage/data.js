// What a stage shows: its traces on one clock, their lanes, the order of units, the pins.

import { Clock } from "./clock.js";
import { LANES } from "./lanes.js";
import { composeStage } from "./compare.js";
import { correlations, deviations, orderByIndex, orderByPeak, orderByScore } from "./quantities.js";
import { decodeArray, decodeNotes } from "./decode.js";
import { Round, coverStage, roundOf } from "./round.js";
import { t } from "./words.js";

/** @import { Composed, Cover, Lane, LaneStage, Note, Payload, Pin, Signal, UnitGroup } from "./contract.js" */

const MAX_PINS = 4;
const FEW = 3; // rows of a group that are drawn at first
const LIVELY = 12; // rows that are drawn at first where nothing says what units follow
const MANY = 16; // units of which not all are drawn at first

export class StageData {
  /** @type {Payload} */ payload;
  /** @type {Composed} the trace or traces chosen */ shown;
  /** @type {Clock} */ clock;
  /** @type {Note[]} */ notes = [];
  /** @type {string} the music as one text, to tell whether it changed */ music = "";
  /** @type {Lane[]} */ lanes = [];
  /** @type {Signal[]} what units can be correlated with */ signals = [];
  /** @type {Pin[]} the one picked last at the end */ pins = [];
  /** @type {string[]} */ names = [];
  /** @type {string[]} */ reads = [];
  given = 0; // so many first steps read on in the true notes, whatever they expect
  /** @type {Round} the questions asked of this stage */ round = new Round();
  /** @type {Cover|null} what is covered while one is open */ cover = null;
  /** @type {number[]} the step from which each lane is covered */ covered = [];
  mode = "a";
  hear = "both"; // of two that are shown together
  orderKey = "";
  wished = ""; // the order that the reader chose; what is shown may not have it
  /** @type {UnitGroup[]} */ groups = [];
  orders = new Map();
  kept = new Map();

  /** Compose what the payload holds in the chosen mode; `stage` is what its lanes are given. */
  adopt(/** @type {Payload} */ payload, /** @type {LaneStage} */ stage) {
    this.payload = payload;
    if (!payload.compare) this.mode = "a";
    const composed = composeStage(payload, this.mode, this.hear);
    this.round = roundOf(payload.key);
    this.round.adopt(composed.asks ?? null);
    this.cover = this.round.cover;
    const shown = this.cover ? coverStage(composed, this.cover) : composed;
    this.covered = shown.covered ?? [];
    this.shown = shown;
    this.clock = new Clock(decodeArray(shown.clock.edges).values);
    // A solo note that names no step belongs to the one it begins in.
    this.notes = decodeNotes(shown.sound).map((note) => (
      note.voice === "solo" && note.step < 0 ? { ...note, step: this.clock.stepAt(note.start + 1e-6) } : note));
    this.music = JSON.stringify([shown.clock, shown.sound]);
    this.orders.clear();
    this.lanes = shown.lanes.map((lane) => LANES[lane.kind](lane, stage));
    this.names = shown.names.length ? shown.names : this.lanes.find((lane) => lane.names)?.names ?? [];
    this.reads = shown.reads;
    this.given = shown.given ?? 0;
    this.signals = this.readSignals();
    this.groups = shown.groups;
    this.orderKey = this.orderKeys.includes(this.wished) ? this.wished : this.defaultOrder;
    this.pins = this.pins.filter((pin) => this.unitLane(pin.axis, pin.unit + 1));
  }

  /** What units can be correlated with: the pitch of the solo. */
  readSignals() {
    const pitch = new Float64Array(this.clock.steps).fill(Number.NaN);
    const notes = this.shown.own ? decodeNotes(this.shown.own) : this.notes;
    for (const note of notes) if (note.voice === "solo" && note.step >= 0) pitch[note.step] = note.pitch;
    return pitch.some(Number.isFinite) ? [{ name: "pitch", values: pitch }] : [];
  }

  // -- units --------------------------------------------------------------------------

  /** The axis whose units can be sorted and pinned, and how many there are. */
  get unitAxis() {
    return this.lanes.find((lane) => lane.units)?.units ?? null;
  }

  /** The lane whose rows are these units and that sorting goes by: the hidden state if shown. */
  unitLane(axis, least = 1) {
    const having = this.lanes.filter(({ units }) => units && units.axis === axis && units.count >= least);
    return having.find((lane) => ["a", "h"].includes(lane.head.symbol)) || having[0];
  }

  /** How units can be ordered: by what they follow, where that is known, with few or all rows. */
  get orderKeys() {
    const units = this.unitAxis;
    const first = !units ? [] : this.groups.length ? ["few", "groups"] : units.count > MANY ? ["lively"] : [];
    return [...first, "index", "peak", ...this.signals.map(({ name }) => `signal:${name}`)];
  }

  get defaultOrder() {
    const [first] = this.orderKeys;
    return first === "few" && !this.groups.some(({ name }) => name) ? "index" : first;
  }

  setOrder(key) {
    this.wished = key;
    this.orderKey = key;
    this.orders.clear();
  }

  /** Rows of that axis in the order the reader chose. */
  order(axis, count) {
    const key = `${axis}|${count}`;
    if (!this.orders.has(key)) this.orders.set(key, this.makeOrder(axis, count));
    return this.orders.get(key);
  }

  /** The groups of the units of an axis. */
  groupsOf(axis) {
    return this.groups.filter((group) => group.axis === axis);
  }

  /** Whether rows of that axis stand in groups just now. */
  grouped(axis, count) {
    return ["few", "groups"].includes(this.orderKey)
      && this.groupsOf(axis).reduce((sum, { units }) => sum + units.length, 0) === count;
  }

  /** Units that have a row: all, or the strongest of each group, or the liveliest; and what is pinned. */
  rows(axis, count) {
    const lively = this.orderKey === "lively" && this.unitLane(axis)?.units?.count === count;
    if (!lively && (this.orderKey !== "few" || !this.grouped(axis, count))) return this.order(axis, count);
    const few = lively ? [...this.order(axis, count).subarray(0, LIVELY)]
      : this.groupsOf(axis).flatMap(({ name, units }) => (name ? units.slice(0, FEW) : []));
    const pinned = this.pins.filter((pin) => pin.axis === axis && !few.includes(pin.unit)).map(({ unit }) => unit);
    return Int32Array.from([...few, ...pinned]);
  }

  /** Which rows belong to which group. */
  brackets(axis, count) {
    if (!this.grouped(axis, count)) return [];
    const few = this.orderKey === "few";
    let to = 0;
    return this.groupsOf(axis).filter(({ name }) => name || !few).map((group) => {
      const from = to;
      to += few ? Math.min(FEW, group.units.length) : group.units.length;
      return { group, from, to };
    });
  }

  /** What a unit follows, and how closely; null where that is not known. */
  follows(axis, unit) {
    const group = this.groupsOf(axis).find(({ units }) => units.includes(unit));
    return group ? { group, r: group.r[group.units.indexOf(unit)] } : null;
  }

  makeOrder(axis, count) {
    const units = this.unitLane(axis, count)?.units;
    if (this.grouped(axis, count)) return Int32Array.from(this.groupsOf(axis).flatMap((group) => group.units));
    if (this.orderKey === "index" || !units || units.count !== count) return orderByIndex(count);
    if (this.orderKey === "lively") return orderByScore(deviations(units.values, units.rows, count));
    if (this.orderKey === "peak") return orderByPeak(units.values, units.rows, count);
    const signal = this.signals.find(({ name }) => `signal:${name}` === this.orderKey);
    return signal ? orderByScore(correlations(units.values, units.rows, count, signal.values)) : orderByIndex(count);
  }

  /** The unit pinned last. */
  get picked() {
    return this.pins.at(-1) ?? null;
  }

  /** The unit pinned last over the steps, and the largest size of its value; null if there is none. */
  get curve() {
    const pin = this.picked;
    const lane = pin && this.unitLane(pin.axis, pin.unit + 1);
    if (!pin || !lane?.units) return null;
    const { values, count, rows } = lane.units;
    const over = Float32Array.from({ length: rows }, (_, step) => values[step * count + pin.unit]);
    const most = over.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return { ...pin, symbol: lane.head.symbol, values: over, most: most || 1 };
  }

  /** Pin a unit in every lane that has it, or unpin it. */
  pick(axis, unit) {
    const others = this.pins.filter((pin) => pin.axis !== axis || pin.unit !== unit);
    this.pins = others.length < this.pins.length ? others : [...others, { axis, unit }].slice(-MAX_PINS);
  }

  // -- names --------------------------------------------------------------------------

  nameOf(step) {
    if (this.names[step]) return this.names[step];
    for (const lane of this.lanes) {
      const name = lane.describe && lane.head.symbol === "" ? lane.describe(step) : "";
      if (name) return name;
    }
    return "";
  }

  /** What the step reads and what it writes, or the one name that it has. */
  momentOf(step) {
    const name = this.nameOf(step);
    return this.reads[step] ? `${this.reads[step]} → ${name}` : name;
  }

  /** "step 12 of 60: reads E4 · 1/3, writes D4 · 2/3", or what is true next, or "step 3 of 5, happy" */
  stepText(step, named = true) {
    const name = named ? this.nameOf(step) : "";
    const place = { n: step + 1, total: this.clock.steps, name, read: this.reads[step] };
    if (name && place.read) {
      return step < this.given ? t("step {n} of {total}: reads {read}, the true next note is {name}", place)
        : t("step {n} of {total}: reads {read}, writes {name}", place);
    }
    return name ? t("step {n} of {total}, {name}", place) : t("step {n} of {total}", place);
  }

  /** The step in words, and what each tensor does there. */
  describe(step) {
    const said = this.lanes.filter((lane) => lane.head.symbol).map((lane) => lane.describe?.(step));
    return [this.stepText(step), ...said].filter(Boolean).join("; ");
  }

  /** What a lane's own controls are set to: `initial` at first, then as they were left. */
  keep(name, initial) {
    if (!this.kept.has(name)) this.kept.set(name, { ...initial });
    return this.kept.get(name);
  }
}
