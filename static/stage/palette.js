// Colours with a meaning of their own: gates, and lines that must be told apart. Pure.

import { cssColour, oklch } from "./colours.js";

// Hue and lightness both differ, so that they can be told apart without red and green.
const GATE_LOOK = { f: [255, 0.47, 0.76], i: [50, 0.54, 0.8], g: [325, 0.47, 0.74], o: [185, 0.5, 0.84] };

/** [r, g, b] of a gate. */
export function gateColour(name, dark) {
  const [hue, light, lightOnDark] = GATE_LOOK[name];
  return oklch(dark ? lightOnDark : light, 0.14, hue);
}

const SERIES_LOOK = [
  [255, 0.44, 0.74], [50, 0.55, 0.82], [170, 0.5, 0.86], [325, 0.42, 0.7],
  [95, 0.5, 0.9], [20, 0.4, 0.66], [215, 0.54, 0.88], [290, 0.38, 0.64],
];
const DASHES = [[], [], [], [], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4]];

/** How many lines can be told apart. */
export const SERIES_COUNT = SERIES_LOOK.length;

/** Colour and dash pattern of the line at this place. */
export function seriesLook(place, dark) {
  const [hue, light, lightOnDark] = SERIES_LOOK[place % SERIES_COUNT];
  const rgb = oklch(dark ? lightOnDark : light, 0.14, hue);
  return { rgb, colour: cssColour(rgb), dash: DASHES[place % SERIES_COUNT] };
}
