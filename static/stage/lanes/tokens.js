// Lane `tokens`: what each step reads or writes, word for word.

import { clipToPlot, stepsAround } from "../lane_draw.js";
import { t } from "../words.js";

/** A token's label in the lines it is drawn in: "D4 · 2/3" stands on two. */
export function labelLines(label) {
  return label.split(" · ");
}

/** @type {import("../contract.js").LaneOf<import("../contract.js").TokensData>} */
export function tokensLane(data, stage) {
  const lines = data.labels.map(labelLines);
  const most = Math.min(2, Math.max(...lines.map((each) => each.length)));

  return {
    head: { title: data.title, symbol: "", shape: [["Tx", data.labels.length]], legend: null },
    live: true,
    names: data.labels,
    height: (layout) => Math.round(layout.font * (most * 1.35 + 0.9)),
    minStep(layout) {
      const widths = lines.map((each) => Math.max(...each.slice(0, 2).map((line) => stage.measure(line))));
      widths.sort((one, other) => one - other);
      // Notes of uneven length: the shortest may lose their label, so that more time is seen.
      const most = stage.clock.uniform ? 96 : 20;
      return Math.min(most * layout.scale, widths[Math.floor(0.9 * (widths.length - 1))] + 8);
    },

    drawTime(g, view, size, step) {
      const { theme, layout } = stage;
      clipToPlot(g, view, size.height);
      g.textAlign = "center";
      g.textBaseline = "middle";
      for (let at = view.first; at <= view.last; at += 1) {
        const x0 = view.x(view.clock.edges[at]);
        const x1 = view.x(view.clock.edges[at + 1]);
        const on = at === step;
        g.fillStyle = on ? theme.accent : theme.shade;
        g.beginPath();
        g.roundRect(x0 + 1, 1, Math.max(1, x1 - x0 - 2), size.height - 2, 4);
        g.fill();
        g.fillStyle = on ? stage.onAccent : theme.ink;
        g.font = `${on ? 600 : 400} ${layout.font}px ${theme.font}`;
        const shown = lines[at].slice(0, most);
        shown.forEach((line, place) => {
          const text = stage.fit(line, x1 - x0 - 5);
          const y = size.height / 2 + (place - (shown.length - 1) / 2) * layout.font * 1.3;
          if (text.length > 1 || text === line) g.fillText(text, (x0 + x1) / 2, y);
        });
      }
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
