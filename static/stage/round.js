// Asking before it is shown: which step is asked about, who said what, and the score. Pure.

import { decodeArray, decodeNotes } from "./decode.js";

/** @import { AskData, Composed, Cover, LaneData, Note } from "./contract.js" */

const HEARD_BEFORE = 8; // steps that a melody runs before its first question
const FURTHER = 12; // at most so many steps further on is a step drawn by lot

/** A copy of packed rows in which those from a step on hold no number. */
function blank(packed, from) {
  const { values, shape } = decodeArray(packed);
  const out = Float32Array.from(values);
  out.fill(Number.NaN, Math.max(0, from) * (values.length / shape[0]));
  return { values: out, shape };
}

const replaced = (list, from, by) => list.map((one, step) => (step < from ? one : by));

/**
 * How a lane is covered; what is not here tells nothing. With `outputs` and `states` the steps from
 * which what is written and what the cell holds are covered.
 * @type {Record<string, (lane: any, cover: Cover, edges: ArrayLike<number>) => {lane: any, from: number}>}
 */
const COVERS = {
  pianoroll(lane, { outputs }, edges) {
    const notes = decodeNotes(lane.notes);
    const pitches = notes.filter(({ voice }) => voice !== "drums").map(({ pitch }) => pitch);
    const reach = pitches.length ? [Math.min(...pitches), Math.max(...pitches)] : undefined;
    return { lane: { ...lane, reach, notes: notes.filter(heard(outputs, edges)) }, from: outputs };
  },
  distribution: (lane, { outputs }) => ({
    lane: { ...lane, p: blank(lane.p, outputs), chosen: lane.chosen && replaced(lane.chosen, outputs, -1) }, from: outputs,
  }),
  line: (lane, { outputs }) => ({ lane: { ...lane, values: blank(lane.values, outputs) }, from: outputs }),
  heatmap: (lane, { states }) => ({ lane: { ...lane, values: blank(lane.values, states) }, from: states }),
  tokens: (lane, { outputs }) => (lane.symbol
    ? { lane: { ...lane, labels: replaced(lane.labels, outputs + 1, "?") }, from: outputs + 1 }
    : { lane, from: Infinity }),
  influence(lane, { outputs, whole }) {
    const from = whole ? 0 : outputs; // its target would be the last answer
    const [norm, signed] = [blank(lane.norm, from), blank(lane.signed, from)];
    return { lane: { ...lane, norm, signed, target: "?", targets: replaced(lane.targets, from, "?") }, from };
  },
  equation: (lane, { states }) => ({
    lane: {
      ...lane, za: blank(lane.za, states),
      ...(lane.held ? { held: Object.fromEntries(Object.entries(lane.held).map(([name, packed]) => [name, blank(packed, states)])) } : {}),
    },
    from: states,
  }),
};

/** Whether a note may be heard and seen: the band's, and the solo's before that step. */
const heard = (step, edges) => (/** @type {Note} */ note) => (
  note.voice !== "solo" || (note.step >= 0 ? note.step < step : note.start < edges[step] - 1e-6));

/**
 * The same stage without what is covered: its lanes do not hold it, so nothing of theirs can tell.
 * @returns {Composed}
 */
export function coverStage(/** @type {Composed} */ shown, /** @type {Cover} */ cover) {
  const edges = decodeArray(shown.clock.edges).values;
  const written = shown.reads.length > 0; // else the names are those of the inputs
  const found = shown.lanes.map((lane) => COVERS[lane.kind]?.(lane, cover, edges) ?? { lane, from: Infinity });
  // How long a step lasts is part of what is asked for: those that are covered are of one length.
  const usual = Array.from(edges.slice(1), (edge, step) => edge - edges[step]).sort((one, other) => one - other)[(edges.length - 1) >> 1];
  const even = /** @type {any} */ (Float64Array).from(edges, (edge, step) => (step <= cover.outputs ? edge : edges[cover.outputs] + (step - cover.outputs) * usual));
  return {
    ...shown,
    clock: { edges: { values: even, shape: [even.length] } },
    lanes: found.map(({ lane }) => /** @type {LaneData} */ (lane)),
    covered: found.map(({ from }) => from),
    names: written ? replaced(shown.names, cover.outputs, "?") : shown.names,
    reads: replaced(shown.reads, cover.outputs + 1, "?"),
    sound: decodeNotes(shown.sound).filter(heard(cover.outputs, edges)),
  };
}

/** What of a round belongs to the question that is open. */
/** @returns {{revealed: boolean, pick: number, counts: number[]}} */
const unasked = () => ({ revealed: false, pick: -1, counts: [] });

/** One round of questions: kept while the page lives, whatever is drawn again meanwhile. */
export class Round {
  on = false;
  hands = false; // a show of hands, else one's own choice
  at = -1;
  /** @type {AskData|null} */ asks = null;
  open = unasked();
  counted = /** @type {Set<number>} */ (new Set()); // steps whose answers count already
  score = Round.none();

  static none() {
    return { asked: 0, right: 0, network: 0, p: 0, hands: 0, raised: 0 };
  }

  /** Take over the questions of what is shown now; the open one stays if they are the same. */
  adopt(/** @type {AskData|null} */ asks) {
    const same = asks?.about === this.asks?.about;
    this.asks = asks;
    if (same) return;
    this.open = unasked();
    this.counted = new Set();
    this.at = -1;
  }

  get asking() {
    return this.on && this.asks !== null && this.at >= 0;
  }

  /** Whether the question is what the network says, and not what comes next. */
  get whole() {
    return this.asks?.right === null;
  }

  /** Begin at the playhead's step, once a melody has run a little; with the first word of a sentence. */
  start(step = 0) {
    if (!this.asks) return;
    const { first, last } = this.asks;
    const from = this.whole ? first : step || HEARD_BEFORE;
    this.ask(Math.min(last, Math.max(first, from)));
  }

  ask(step) {
    this.at = step;
    this.open = unasked();
  }

  get next() {
    return this.asks && this.at < this.asks.last ? this.at + 1 : -1;
  }

  /** Another step further on: by lot in a melody, the last word of a sentence. */
  further(random = Math.random) {
    if (!this.asks || this.next < 0) return -1;
    const room = Math.min(FURTHER, this.asks.last - this.at);
    return this.whole ? this.asks.last : this.at + 1 + Math.floor(random() * room);
  }

  get candidates() {
    return this.asks?.choices[this.at] ?? [];
  }

  get chances() {
    return this.asks?.p[this.at] ?? [];
  }

  /** Places among the candidates: what the network finds likeliest, and what is right. */
  get network() {
    return this.chances.indexOf(Math.max(...this.chances));
  }

  get right() {
    const { asks } = this;
    return asks?.right ? this.candidates.indexOf(asks.right[this.at]) : this.network;
  }

  /** What the class says: the one choice, or what most hands are for; −1 for none, or where two are equal. */
  get answer() {
    const { counts, pick } = this.open;
    if (!this.hands) return pick;
    const most = Math.max(0, ...counts.filter(Boolean));
    return most && counts.filter((count) => count === most).length === 1 ? counts.indexOf(most) : -1;
  }

  get raised() {
    return this.open.counts.reduce((sum, count) => sum + (count || 0), 0);
  }

  /** A choice, or one hand more. */
  choose(place) {
    if (this.open.revealed || place >= this.candidates.length) return;
    if (this.hands) this.setHands(place, (this.open.counts[place] || 0) + 1);
    else this.open.pick = place;
  }

  setHands(place, count) {
    const counts = this.candidates.map((_, each) => this.open.counts[each] || 0);
    counts[place] = Math.max(0, Math.min(999, Math.round(count) || 0));
    this.open.counts = counts;
  }

  /** Show the answer; it counts once, and only where somebody has said something. */
  reveal() {
    if (this.open.revealed) return;
    this.open.revealed = true;
    const said = this.hands ? this.raised > 0 : this.open.pick >= 0;
    if (!said || this.counted.has(this.at)) return;
    this.counted.add(this.at);
    const { score, right } = this;
    score.asked += 1;
    score.right += Number(this.answer === right);
    score.network += Number(this.network === right);
    score.p += this.chances[right];
    if (!this.hands) return;
    score.hands += this.raised;
    score.raised += this.open.counts[right];
  }

  /** Whether all has been told: the last answer is out. */
  get told() {
    return this.asking && this.open.revealed && this.next < 0;
  }

  /** What is covered now. @returns {Cover|null} */
  get cover() {
    if (!this.asking || this.told) return null;
    const outputs = this.at + Number(this.open.revealed);
    return { outputs, states: this.whole ? outputs : this.at + 1, whole: this.whole };
  }
}

/** @type {Map<string, Round>} by the key of the stage */
const rounds = new Map();

/** The round of a stage, which outlives the stage: in another language it goes on. */
export function roundOf(/** @type {string} */ key) {
  const round = rounds.get(key) ?? new Round();
  rounds.set(key, round);
  return round;
}
