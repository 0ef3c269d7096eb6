// The lanes there are, and what a lane is.
//
// To add one: write `lanes/<kind>.js` exporting `<kind>Lane(data, stage)`, add it to LANES
// below, and add its dataclass to `ui/stage.py` or `ui/stage_lanes.py`. Imports are named, without renaming, and
// top-level names are unique across all modules (the modules are joined into one script).
//
// `data` is what the dataclass sent: {kind, title, …}; arrays through decodeArray.
// `stage` is what all lanes share, always current:
//   clock     Clock: steps, edges, stepAt(seconds), …
//   theme     colours for canvas as CSS text (ink, soft, faint, line, shade, accent, band),
//             font, dark, axis(name), colours/pixels of the maps "diverging" and "sequential"
//   layout    CSS pixels: gutter, plot, now (0 on narrow stages), font, scale, compact, phone
//   data      the whole payload: other lanes' arrays, by stage.data.lanes
//   step      the current step
//   picked    {axis, unit}, the unit last picked in any heatmap, or null
//   pick(axis, unit)        pick one
//   seekStep(step)          move the playhead
//   redraw()                draw all lanes again (after a control of the lane changed it)
//   order(axis, n)          rows of that axis in the order the reader chose
//   stepText(step, named)   "step 12 of 60, D4 · 2/3"
//   texts     through t("…", {…}) of words.js, in functions, not in constants
//   measure(text), fit(text, width)   in the stage's font
//
// A lane function returns an object; all but `head` is optional:
//   head      {title, symbol, shape: [["Tx", 60], ["n_a", 64]], legend: {map, low, high, units} or null}
//             The shape must come from the arrays.
//   height(layout)                    CSS pixels of the picture over time; none: no such picture
//   drawTime(g, view, size, step)     draw it on a cleared canvas of {width, height}, x by
//             view.x(seconds), steps view.first..view.last; the gutter is 0..view.left.
//             Called when view, size, theme or data change; at every step too if `live: true`.
//   minStep(layout)                   width a short step needs to be legible
//   now(layout)                       {height, below}: a picture of the current step beside
//             the time axis; `below`: on narrow stages it goes under it, else it is left out
//   drawNow(g, box, step)             draw that
//   mount(node), update(step)         for a lane of DOM elements: fill `node` once, then
//             update it at every step; user text only through textContent
//   probe(x, y, step, size, view)     {value, lines, axis?, unit?, symbol?} for the readout, or null; a symbol lights up
//   stepAt(x)                         for a picture off the time axis: the step a click there means, or -1
//   light(name)                       mark what has this axis or symbol; "" for nothing
//   rowOf(unit), units                for lanes whose rows are units: see heatmap.js
//   table(step)                       {caption, columns, rows, current?}: the same as text
//   describe(step)                    a few words for screen readers
//   overview(g, box)                  a thumbnail over the whole clock; box.x(seconds), box.height
//   names                             a label for every step

import { cellLane } from "./lanes/cell.js";
import { diagramLane } from "./lanes/diagram.js";
import { distributionLane } from "./lanes/distribution.js";
import { equationLane } from "./lanes/equation.js";
import { heatmapLane } from "./lanes/heatmap.js";
import { influenceLane } from "./lanes/influence.js";
import { lineLane } from "./lanes/line.js";
import { pianorollLane } from "./lanes/pianoroll.js";
import { tokensLane } from "./lanes/tokens.js";

export const LANES = {
  cell: cellLane,
  diagram: diagramLane,
  distribution: distributionLane,
  equation: equationLane,
  heatmap: heatmapLane,
  influence: influenceLane,
  line: lineLane,
  pianoroll: pianorollLane,
  tokens: tokensLane,
};
