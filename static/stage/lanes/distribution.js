// Lane `distribution`: the softmax at the step as bars, and all of p over time beside it.

import { barHeight, clipToPlot, drawBar, drawEnded } from "../lane_draw.js";
import { decodeArray } from "../decode.js";
import { drawMatrix, paintMatrix } from "./heatmap.js";
import { percentText } from "../text.js";
import { orderByIndex, topProbabilities } from "../quantities.js";
import { rowAt } from "../scales.js";
import { t } from "../words.js";

const BARS = 8;

/** @type {import("../contract.js").LaneOf<import("../contract.js").DistributionData>} */
export function distributionLane(data, stage) {
  const { values, shape: [rows, columns] } = decodeArray(data.p);
  const chosen = data.chosen;
  const bars = Math.min(BARS, columns);
  const nowHeight = (layout) => barHeight(layout) * (bars + (columns > bars ? 1 : 0));
  /** @type {HTMLCanvasElement} */ let bitmap;
  let bitmapKey = "";
  const order = orderByIndex(columns);
  if (data.upward) order.reverse();
  const placeOf = (at) => (data.upward ? columns - 1 - at : at); // its own inverse
  /** @type {[number, string][]} */
  const ticks = data.ticks.length ? data.ticks : [[0, "0"], [columns - 1, String(columns - 1)]];

  const row = (step) => values.subarray(step * columns, (step + 1) * columns);
  const chosenAt = (step) => (chosen ? chosen[step] : -1);

  function fresh() {
    if (bitmapKey === stage.theme.key) return;
    // The square root keeps small probabilities visible; the legend says so.
    const roots = Float32Array.from(values, Math.sqrt);
    bitmap = paintMatrix({
      values: roots, rows, columns, low: 0, high: 1,
      pixels: stage.theme.pixels.sequential, order,
    });
    bitmapKey = stage.theme.key;
  }

  return {
    head: {
      title: data.title,
      symbol: "ŷ",
      shape: [["Tx", rows], [data.axis, columns]],
      legend: { map: "sequential", low: 0, high: 1, units: t("√ scale") },
    },
    height: (layout) => (layout.nowInside ? nowHeight(layout) : Math.round((layout.compact ? 64 : 96) * Math.sqrt(layout.scale))),

    drawTime(g, view, size) {
      fresh();
      const { theme, layout } = stage;
      drawMatrix(g, bitmap, view, size.height);
      if (chosen) {
        clipToPlot(g, view, size.height);
        const each = size.height / columns;
        g.strokeStyle = theme.ink;
        g.lineWidth = 1.5;
        for (let step = view.first; step <= view.last; step += 1) {
          const x0 = view.x(view.clock.edges[step]);
          const x1 = view.x(view.clock.edges[step + 1]);
          if (chosen[step] < 0) continue;
          const tall = Math.max(each, 5);
          g.strokeRect(x0 + 1, (placeOf(chosen[step]) + 0.5) * each - tall / 2, Math.max(1, x1 - x0 - 2), tall);
        }
        g.restore();
      }
      g.fillStyle = theme.soft;
      g.font = `${layout.font}px ${theme.font}`;
      g.textAlign = "right";
      g.textBaseline = "middle";
      const edge = layout.font / 2; // the first and the last name stay whole
      /** @type {number[]} */ const taken = [];
      for (const [place, name] of ticks) {
        const y = Math.max(edge, Math.min(size.height - edge, (placeOf(place) + 0.5) * (size.height / columns)));
        if (taken.some((other) => Math.abs(other - y) < layout.font)) continue; // no room for it
        taken.push(y);
        g.fillText(stage.fit(name, view.left - 8), view.left - 7, y);
      }
    },

    now: (layout) => ({ height: nowHeight(layout), below: true }),

    drawNow(g, box, step) {
      const { theme, layout } = stage;
      const p = row(step);
      if (!Number.isFinite(p[0])) return drawEnded(g, stage, step);
      const pick = chosenAt(step);
      const { places, rest, restCount } = topProbabilities(p, bars, pick);
      const each = barHeight(layout);
      g.font = `${layout.font}px ${theme.font}`;
      g.textBaseline = "middle";
      const numbers = g.measureText("100.0%").width + 4;
      const longest = Math.max(...places.map((place) => g.measureText(data.labels[place]).width));
      const labels = Math.min(longest + 8, box.width * 0.46);
      const room = box.width - labels - numbers - 6;
      places.forEach((place, at) => {
        const y = at * each;
        const is = place === pick;
        if (is) {
          g.fillStyle = theme.line;
          g.beginPath();
          g.roundRect(0, y, box.width, each, 4);
          g.fill();
        }
        g.font = `${is ? 600 : 400} ${layout.font}px ${theme.font}`;
        drawBar(g, {
          name: stage.fit(data.labels[place], labels - 6), x: 4, y: y + each / 2, from: labels, length: Math.max(1.5, p[place] * room), height: each,
          colour: is ? theme.accent : theme.band, number: percentText(p[place]), ink: theme.ink, soft: is ? theme.ink : theme.soft,
        });
      });
      if (restCount > 0) {
        g.font = `${layout.font}px ${theme.font}`;
        g.fillStyle = theme.soft;
        g.textAlign = "left";
        g.fillText(t("{n} others: {share}", { n: restCount, share: percentText(rest) }), 4, places.length * each + each / 2);
      }
    },

    probe(x, y, step, size) {
      const at = rowAt(y, columns, size.height);
      if (at < 0) return null;
      const place = placeOf(at);
      if (!Number.isFinite(row(step)[place])) return null;
      const lines = [data.labels[place], stage.stepText(step)];
      if (place === chosenAt(step)) lines.push(data.chosen_name);
      return { value: percentText(values[step * columns + place]), lines };
    },

    table(step) {
      const known = Number.isFinite(row(step)[0]);
      const { places, rest, restCount } = topProbabilities(row(step), known ? Math.min(20, columns) : 0, chosenAt(step));
      const rowsOut = places.map((place) => [
        data.labels[place], percentText(values[step * columns + place]), place === chosenAt(step) ? data.chosen_name : "",
      ]);
      if (restCount > 0 && known) rowsOut.push([t("{n} others", { n: restCount }), percentText(rest), ""]);
      return {
        caption: t("{title} at step {n} of {total}, most probable first.", { title: data.title, n: step + 1, total: rows }),
        columns: [data.axis, t("probability"), data.chosen_name],
        rows: rowsOut,
      };
    },

    describe(step) {
      if (!Number.isFinite(row(step)[0])) return "";
      const { places } = topProbabilities(row(step), 1);
      return t("most probable {label}, {share}", { label: data.labels[places[0]], share: percentText(values[step * columns + places[0]]) });
    },
  };
}
