// Types only, checked by `make lint`: what travels to the browser, and what a lane is. Nothing
// imports this file when it runs.
//
// To add a lane: write `lanes/<kind>.js` exporting `<kind>Lane(data, stage)`, with the type
// LaneOf of its data; add it to LANES in lanes.js and its dataclass beside the others in Python.
// Texts go through t(text, values) of words.js, in functions, not in constants; a reader's text only
// ever becomes textContent.

// -- the payload ------------------------------------------------------------------------

/**
 * @typedef {{dtype: "f4"|"f8"|"i4"|"u1", shape: number[], data: string, low?: number, high?: number}} Packed
 *   base64, little endian; u1: shades between low and high
 */
/** @typedef {{values: Float32Array, shape: number[]}} Matrix  Float64Array or Int32Array where its dtype says so: the same methods */
/** @typedef {Packed|Matrix} ArrayData  through decodeArray */
/** @typedef {[axis: string, size: number|string|null][]} Shape  null: left open */
/** @typedef {{symbol: string, shape: Shape}} TensorData */
/**
 * @typedef {{start: number, end: number, pitch: number, voice: string, velocity: number, step: number, until?: number, pan?: number}} Note
 *   seconds; step −1: none; until: the last step that it lasts to; pan: −1 left to 1 right
 */
/**
 * @typedef {Note[]|{start: ArrayData, end: ArrayData, pitch: number[], voice: string[], velocity: number[], step: number[]}} NotesData
 *   through decodeNotes
 */
/** @typedef {{name: string, values: ArrayLike<number>}} Signal  a number for each step */

/** @typedef {{kind: "tokens", title: string, labels: string[], symbol: string, n_values: number, fed: boolean}} TokensData */
/**
 * @typedef {{kind: "pianoroll", title: string, notes: NotesData, chords: [from: number, to: number, name: string][], prompt: number,
 *   names?: string[], reach?: [low: number, high: number]}} PianorollData  names: of its own steps, where they are not the stage's; reach: pitches to
 *   leave room for, by default those of the notes
 */
/**
 * @typedef {{kind: "heatmap", title: string, values: ArrayData, symbol: string, axis: string, low: number, high: number,
 *   rows: string[]}} HeatmapData
 */
/**
 * @typedef {{kind: "distribution", title: string, p: ArrayData, labels: string[], chosen: number[]|null, chosen_name: string,
 *   axis: string, ticks: [row: number, name: string][], upward: boolean}} DistributionData
 */
/**
 * @typedef {{kind: "line", title: string, values: ArrayData, labels: string[], symbol: string, axis: string, low: number,
 *   high: number, percent: boolean}} LineData
 */
/**
 * @typedef {{kind: "influence", title: string, norm: ArrayData, signed: ArrayData, target: string, targets: string[],
 *   inputs: string[], units: string}} InfluenceData
 */
/**
 * @typedef {{kind: "equation", title: string, axis: string, unit: number, zx: ArrayData, input: ArrayData, za: ArrayData,
 *   b: ArrayData, c0: ArrayData, held?: Record<string, ArrayData>, sums?: Record<string, [x: ArrayData, a: ArrayData, b: ArrayData]>,
 *   gates?: Record<string, ArrayData>, before?: ArrayData, h?: ArrayData, past?: string}} EquationData  sums and what follows: of a GRU or a plain RNN, which has no zx
 */
/** @typedef {{name: string, short: string, out: TensorData, state: TensorData[], returns: "sequence"|"last", parameters: number|null}} LayerData */
/**
 * @typedef {{kind: "diagram", title: string, input: TensorData, layers: LayerData[], folded: boolean,
 *   given: number|null}} DiagramData  given: so many first inputs come from outside, the others from the output before
 */
/**
 * @typedef {{kind: "cell", title: string, axis: string, input_axis: string, unit: number} &
 *   Record<"x"|"i"|"f"|"g"|"o"|"c"|"h"|"a0"|"c0", ArrayData>} CellData
 */
/**
 * @typedef {TokensData|PianorollData|HeatmapData|DistributionData|LineData|InfluenceData|EquationData|DiagramData|CellData} LaneData
 */

/** @typedef {{name: string, what: string, units: number[], r: number[], axis: string}} UnitGroup  units of an axis; a name of "": they follow nothing */
/**
 * @typedef {{clock: {edges: ArrayData}, names: string[], reads: string[], given?: number, lanes: LaneData[], sound: NotesData,
 *   groups: UnitGroup[], own?: NotesData, asks?: AskData|null, covered?: number[]}} Composed  own: the first trace's music, where another is
 *   heard; covered: the step from which each lane is
 */
/**
 * @typedef {{about: string, question: string, labels: string[], choices: number[][], p: number[][], right: number[]|null, first: number,
 *   last: number}} AskData  a question for each step; right: null where it is what the network says
 */
/** @typedef {{outputs: number, states: number, whole: boolean}} Cover  from which steps what is written, and what the cell holds, is covered */
/** @typedef {Composed & {name: string}} TraceData */
/**
 * @typedef {{symbol: string, axis: string, url?: string, sequences: {name: string, labels: string[], values: ArrayData}[]}} ElsewhereData
 *   on a page without the sequences, which lie at url, below the app's own
 */
/** @typedef {{step?: number, speed?: number, units?: string, zoom?: number, trace?: string, hear?: string, pins?: [axis: string, unit: number][], ask?: number}} LinkView */
/**
 * @typedef {TraceData & {id: string, key: string, label: string, start: number, compare: TraceData|null,
 *   elsewhere: ElsewhereData|null, playing: boolean, compact: boolean, follows: boolean, presenter: boolean, view?: LinkView,
 *   lang?: string, words?: Record<string, string>, error?: string}} Payload
 */

// -- what a lane is given ---------------------------------------------------------------

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./scales.js").View} View */
/** @typedef {ReturnType<typeof import("./theme.js").readTheme>} Theme  colours as CSS text; the maps as colours and pixels */
/** @typedef {ReturnType<typeof import("./scales.js").makeLayout>} Layout  CSS pixels; `now` is 0 on narrow stages */
/** @typedef {{axis: string, unit: number}} Pin */
/** @typedef {CanvasRenderingContext2D} Canvas2D */
/** @typedef {{width: number, height: number}} Size  CSS pixels */

/**
 * All that lanes are given of their stage, always current.
 * @typedef {object} LaneStage
 * @property {Clock} clock
 * @property {number} step  the current one
 * @property {Theme} theme
 * @property {string} onAccent  the colour of text on the accent
 * @property {Layout} layout
 * @property {boolean} compact
 * @property {Pin[]} pins
 * @property {Pin|null} picked  the unit pinned last
 * @property {(Pin & {symbol: string, values: Float32Array, most: number})|null} curve  its values over the steps, and their largest size
 * @property {string} orderKey  how units are ordered; "index" by number
 * @property {(axis: string, count: number) => Int32Array} order  all units, in the order the reader chose
 * @property {(axis: string, count: number) => Int32Array} rows  those that have a row of their own: all, or a few
 * @property {(axis: string, count: number) => {group: UnitGroup, from: number, to: number}[]} brackets  rows from..to − 1 of a group
 * @property {(axis: string, unit: number) => {group: UnitGroup, r: number}|null} follows  what a unit follows
 * @property {(axis: string, unit: number) => void} pick  pin a unit, or unpin it
 * @property {() => void} redraw  draw all lanes again, after a control of the lane changed it
 * @property {(step: number) => string} nameOf
 * @property {(step: number) => boolean} asked  whether what is written at a step is covered, because it is asked for
 * @property {(step: number, named?: boolean) => string} stepText  "step 12 of 60: reads E4 · 1/3, writes D4 · 2/3"
 * @property {<T extends object>(name: string, initial: T) => T} keep  what a lane's controls are set to, through new data
 * @property {(text: string) => number} measure  in the stage's font
 * @property {(text: string, width: number) => string} fit
 */

// -- what a lane gives ------------------------------------------------------------------

/** @typedef {{map: "diverging"|"sequential", low: number, high: number, units?: string}} Legend */
/** @typedef {{title: string, symbol: string, shape: Shape, legend: Legend|null}} LaneHead  the shape comes from the arrays */
/** @typedef {{axis: string, count: number, values: Float32Array, rows: number}} Units  values (rows, count) */
/** @typedef {{axis: string, unit: number}} UnitOf */
/** @typedef {{value: string, lines: string[], axis?: string, unit?: number, symbol?: string}} Found  a readout; its symbol lights up */
/** @typedef {{caption: string, columns: string[], rows: string[][], current?: number}} Table  current: the column to stress */

/**
 * A lane; all but `head` is optional.
 * @typedef {object} Lane
 * @property {LaneHead} head
 * @property {(layout: Layout) => number} [height]  of the picture over time; none: no such picture
 * @property {(g: Canvas2D, view: View, size: Size, step: number) => void} [drawTime]  draw it on a cleared canvas, x by
 *   view.x(seconds), steps view.first..view.last; the gutter is 0..view.left
 * @property {boolean} [live]  whether that changes with the step
 * @property {(layout: Layout) => number} [minStep]  width that a short step needs to be legible
 * @property {(layout: Layout) => {height: number, below: boolean}} [now]  a picture of the current step beside the time
 *   axis; `below`: on narrow stages it goes under it, else it is left out
 * @property {(g: Canvas2D, box: Size, step: number) => void} [drawNow]  draw that
 * @property {(node: HTMLElement) => void} [mount]  for a lane of elements: fill `node` once
 * @property {(step: number) => void} [update]  then bring it to each step
 * @property {(x: number, y: number, step: number, size: Size, view: View) => Found|null} [probe]
 * @property {(x: number) => number} [stepAt]  for a picture off the time axis: the step a click there means, or −1
 * @property {(name: string) => void} [light]  mark what has this axis or symbol; "" for nothing
 * @property {Units} [units]  for lanes whose rows are units
 * @property {(unit: number) => {row: number, rows: number}|null} [rowOf]
 * @property {(step: number) => Table} [table]  the same as text
 * @property {(step: number) => string} [describe]  a few words for screen readers
 * @property {(g: Canvas2D, box: Size & {x: (seconds: number) => number}) => void} [overview]  a thumbnail over the clock
 * @property {string[]} [names]  a label for every step
 */
/**
 * @template {LaneData} Data
 * @typedef {(data: Data, stage: LaneStage) => Lane} LaneOf
 */

/**
 * @typedef {object} TransportHooks  what the transport tells the stage
 * @property {() => void} changed  playing, sound, speed
 * @property {() => void} moved  the playhead, by hand
 * @property {() => void} looped  the loop
 * @property {() => void} rests  the playhead stands where a reader put it
 * @property {(text: string) => void} say
 */

export {};
