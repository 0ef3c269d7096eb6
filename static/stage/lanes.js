// The lanes there are; what a lane is, and how to add one, stands in contract.js.

import { cellLane } from "./lanes/cell.js";
import { diagramLane } from "./lanes/diagram.js";
import { distributionLane } from "./lanes/distribution.js";
import { equationLane } from "./lanes/equation.js";
import { heatmapLane } from "./lanes/heatmap.js";
import { influenceLane } from "./lanes/influence.js";
import { lineLane } from "./lanes/line.js";
import { pianorollLane } from "./lanes/pianoroll.js";
import { tokensLane } from "./lanes/tokens.js";

/** @type {Record<string, import("./contract.js").LaneOf<any>>} */
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
