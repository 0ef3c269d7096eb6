// Lane `tokens`: what each step reads or writes, word for word.

import { clipToPlot, stepsAround } from "../lane_draw.js";
import { t } from "../words.js";

const LEAST = 0.7; // how much smaller than other text a label may be

/** A token's label in the lines it is drawn in: "D4 · 2/3" stands on two. */
export function labelLines(label) {
  return label.split(" · ");
}

/** An arrow from the step before, in the lane above, to the label at `at`. */
function drawFeed(/** @type {import("../contract.js").Canvas2D} */ g, view, tip, at, theme) {
  const { edges, steps } = view.clock;
  if (at < Math.max(1, view.first) || at > view.last || at >= steps) return;
  const middle = (step) => (view.x(edges[step]) + view.x(edges[step + 1])) / 2;
  const [from, to] = [middle(at - 1), middle(at)];
  g.strokeStyle = theme.ink;
  g.fillStyle = theme.ink;
  g.lineWidth = 1.5;
  g.beginPath();
  g.moveTo(from, 1);
  g.quadraticCurveTo(to, 1, to, tip - 4);
  g.stroke();
  g.beginPath();
  g.moveTo(to, tip);
  g.lineTo(to - 3.5, tip - 6);
  g.lineTo(to + 3.5, tip - 6);
  g.fill();
}

/** @type {import("../contract.js").LaneOf<import("../contract.js").TokensData>} */
export function tokensLane(data, stage) {
  const lines = data.labels.map(labelLines);
  const most = Math.min(2, Math.max(...lines.map((each) => each.length)));
  const above = (layout) => (data.fed ? Math.round(layout.font * 0.9) : 0); // room for the arrows

  return {
    head: {
      title: data.title,
      symbol: data.symbol,
      shape: [["Tx", data.labels.length], .../** @type {[string, number][]} */ (data.symbol ? [["n_values", data.n_values]] : [])],
      legend: null,
    },
    live: true,
    names: data.labels,
    height: (layout) => Math.round(layout.font * (most * 1.35 + 0.9)) + above(layout),
    minStep(layout) {
      const widths = lines.map((each) => Math.max(...each.slice(0, 2).map((line) => stage.measure(line))));
      widths.sort((one, other) => one - other);
      // Notes of uneven length: the shortest may lose their label, so that more time is seen.
      const most = stage.clock.uniform ? 96 : 20;
      return Math.min(most * layout.scale, widths[Math.floor(0.9 * (widths.length - 1))] + 8);
    },

    drawTime(g, view, size, step) {
      const { theme, layout } = stage;
      const top = above(layout);
      clipToPlot(g, view, size.height);
      g.textAlign = "center";
      g.textBaseline = "middle";
      for (let at = view.first; at <= view.last; at += 1) {
        const x0 = view.x(view.clock.edges[at]);
        const x1 = view.x(view.clock.edges[at + 1]);
        const on = at === step;
        g.fillStyle = on ? theme.accent : theme.shade;
        g.beginPath();
        g.roundRect(x0 + 1, top + 1, Math.max(1, x1 - x0 - 2), size.height - top - 2, 4);
        g.fill();
        g.fillStyle = on ? stage.onAccent : theme.ink;
        g.font = `${on ? 600 : 400} ${layout.font}px ${theme.font}`;
        const shown = lines[at].slice(0, most);
        // A note stands whole, a little smaller if need be, or not at all; a word may be cut.
        const scale = Math.min(1, (x1 - x0 - 3) / Math.max(...shown.map((line) => g.measureText(line).width)));
        const whole = scale >= LEAST;
        if (!whole && shown.length > 1 && !on) continue;
        if (whole && scale < 1) g.font = `${on ? 600 : 400} ${layout.font * scale}px ${theme.font}`;
        shown.forEach((line, place) => {
          const text = whole || shown.length > 1 ? line : stage.fit(line, x1 - x0 - 5);
          const y = (size.height + top) / 2 + (place - (shown.length - 1) / 2) * layout.font * 1.3;
          if (text.length > 1 || text === line) g.fillText(text, (x0 + x1) / 2, y);
        });
      }
      if (data.fed) for (const at of [step, step + 1]) drawFeed(g, view, top, at, theme);
      g.restore();
    },

    probe: (x, y, step) => ({ value: data.labels[step], lines: [stage.stepText(step, false)] }),

    table(step) {
      const steps = stepsAround(step, data.labels.length, 20, 8);
      return {
        caption: t("{title}, steps {from} to {to} of {total}.", { title: data.title, from: steps[0] + 1, to: steps[0] + steps.length, total: data.labels.length }),
        columns: [t("step"), t("token")],
        rows: steps.map((each) => [String(each + 1), data.labels[each]]),
      };
    },
  };
}
