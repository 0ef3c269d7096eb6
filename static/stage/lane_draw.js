// What several lanes draw alike: clipping to the time axis, bars with names, rows of a table.

import { t } from "./words.js";

/** @import { Canvas2D, LaneStage, View } from "./contract.js" */

/** Draw within the time axis only, until the context is restored. */
export function clipToPlot(/** @type {Canvas2D} */ g, /** @type {View} */ view, /** @type {number} */ height) {
  g.save();
  g.beginPath();
  g.rect(view.left, 0, view.width, height);
  g.clip();
}

/** Height of one bar in the picture of a step. */
export const barHeight = ({ font }) => Math.round(font * 1.55);

/** A name, its bar from `from` on, and its number behind it, all centred on y. */
export function drawBar(/** @type {Canvas2D} */ g, { name, x, y, from, length, height, colour, number, ink, soft }) {
  g.textAlign = "left";
  g.fillStyle = ink;
  g.fillText(name, x, y);
  g.fillStyle = colour;
  g.beginPath();
  g.roundRect(from, y - height * 0.3, length, height * 0.6, 2);
  g.fill();
  g.fillStyle = soft;
  g.fillText(number, from + length + 6, y);
}

/** Hatch what is covered, from `x` to the end of the time axis. */
export function drawVeil(/** @type {Canvas2D} */ g, /** @type {View} */ view, height, x, theme) {
  const left = Math.max(view.left, x);
  const right = view.left + view.width;
  if (left >= right) return;
  g.save();
  g.beginPath();
  g.rect(left, 0, right - left, height);
  g.clip();
  g.fillStyle = theme.background;
  g.globalAlpha = 0.6;
  g.fillRect(left, 0, right - left, height);
  g.globalAlpha = 1;
  g.strokeStyle = theme.line;
  g.lineWidth = 1.5;
  g.beginPath();
  for (let at = x - height - ((x - height) % 12); at < right; at += 12) {
    g.moveTo(at, height);
    g.lineTo(at + height, 0);
  }
  g.stroke();
  g.restore();
}

/** Say that what stood here is asked for, or that the shorter of two sequences has no such step. */
export function drawEnded(/** @type {Canvas2D} */ g, /** @type {LaneStage} */ stage, /** @type {number} */ step) {
  const { theme, layout } = stage;
  if (stage.asked(step)) {
    g.fillStyle = theme.soft;
    g.font = `600 ${layout.font * 2.6}px ${theme.font}`;
    g.textBaseline = "top";
    g.fillText("?", 4, 4);
    return;
  }
  g.fillStyle = theme.soft;
  g.font = `${layout.font}px ${theme.font}`;
  g.textBaseline = "top";
  g.fillText(t("This sequence has ended."), 4, 4);
}

/** At most `count` steps with this one among them, for the columns or rows of a table. */
export function stepsAround(step, steps, count = 8, before = 3) {
  const from = Math.max(0, Math.min(step - before, steps - count));
  return Array.from({ length: Math.min(count, steps - from) }, (_, place) => from + place);
}
