// Lane `line`: a few named values over time, each line labelled where it stands alone.

import { SERIES_COUNT, seriesLook } from "../palette.js";
import { barHeight, clipToPlot, drawBar, drawEnded, stepsAround } from "../lane_draw.js";
import { decodeArray } from "../decode.js";
import { fullSteps, labelPlaces, leadingLines } from "../line_labels.js";
import { boundText, numberText, percentText } from "../text.js";
import { t } from "../words.js";

const LISTED = 8;

/** @type {import("../contract.js").LaneOf<import("../contract.js").LineData>} */
export function lineLane(data, stage) {
  const { values, shape: [rows, columns] } = decodeArray(data.values);
  const { labels, low, high } = data;
  const lead = leadingLines(values, rows, columns, Math.min(SERIES_COUNT, columns));
  const listed = Math.min(LISTED, columns);
  const at = (step, line) => values[step * columns + line];
  const say = (value) => (!Number.isFinite(value) ? "–" : data.percent ? percentText(value) : numberText(value, 3));
  const bound = (value) => (data.percent ? `${boundText(100 * value)}%` : boundText(value));
  const nowHeight = (layout) => barHeight(layout) * (listed + (columns > listed ? 1 : 0));
  const plain = (layout) => Math.round((layout.compact ? 100 : 150) * Math.sqrt(layout.scale));
  /** @type {{line: number, x: number, y: number}[]} */ let places;
  let placesKey = "";

  const look = (line) => {
    const rank = lead.indexOf(line);
    return rank < 0 ? { colour: stage.theme.faint, dash: [] } : seriesLook(rank, stage.theme.dark);
  };

  function scaleOf(size) {
    const pad = stage.layout.font * 0.75;
    const y = (value) => size.height - pad - ((value - low) / (high - low)) * (size.height - 2 * pad);
    return { pad, y };
  }

  const centre = (view, step) => (view.x(view.clock.edges[step]) + view.x(view.clock.edges[step + 1])) / 2;

  function placesFor(view, size, y) {
    const key = [view.from, view.pps, view.left, size.width, size.height, stage.theme.font, stage.layout.font].join("|");
    if (key === placesKey) return places;
    const xs = [];
    const end = Number.isFinite(at(view.last, 0)) ? view.last : view.first + fullSteps(values, columns, view.first) - 1;
    for (let step = view.first; step <= end; step += 1) xs.push(centre(view, step));
    const lines = lead.map((line) => ({
      line,
      width: stage.measure(labels[line]),
      ys: xs.map((_, place) => y(at(view.first + place, line))),
    }));
    places = labelPlaces({
      xs, lines, font: stage.layout.font, left: view.left + 2, right: view.left + view.width - 2, height: size.height,
    });
    placesKey = key;
    return places;
  }

  return {
    head: { title: data.title, symbol: data.symbol, shape: [["Tx", rows], [data.axis, columns]], legend: null },
    live: true,
    height: (layout) => (layout.nowInside ? Math.max(plain(layout), nowHeight(layout)) : plain(layout)),

    drawTime(g, view, size, step) {
      const { theme, layout } = stage;
      const { y } = scaleOf(size);
      g.font = `${layout.font}px ${theme.font}`;
      g.textBaseline = "middle";
      g.textAlign = "right";
      for (const value of [low, (low + high) / 2, high]) {
        g.fillStyle = theme.line;
        g.fillRect(view.left, Math.round(y(value)), view.width, 1);
        g.fillStyle = theme.soft;
        g.fillText(bound(value), view.left - 6, y(value));
      }
      clipToPlot(g, view, size.height);
      g.lineJoin = "round";
      const first = Math.max(0, view.first - 1);
      const last = Math.min(rows - 1, view.last + 1);
      const order = Array.from({ length: columns }, (_, line) => line).filter((line) => !lead.includes(line)).concat([...lead].reverse());
      for (const line of order) {
        const { colour, dash } = look(line);
        g.strokeStyle = colour;
        g.lineWidth = (lead.includes(line) ? 2.25 : 1) * Math.sqrt(layout.scale);
        g.setLineDash(dash);
        g.beginPath();
        for (let place = first; place <= last; place += 1) {
          if (Number.isFinite(at(place, line))) g.lineTo(centre(view, place), y(at(place, line)));
        }
        g.stroke();
      }
      g.setLineDash([]);
      for (const line of [...lead].reverse()) {
        g.fillStyle = look(line).colour;
        g.strokeStyle = theme.background;
        g.lineWidth = 1.5;
        const spots = first === last || view.pps * view.clock.shortLength() > 24 * layout.scale;
        for (let place = spots ? first : step; place <= (spots ? last : step); place += 1) {
          if (!Number.isFinite(at(place, line))) continue;
          g.beginPath();
          g.arc(centre(view, place), y(at(place, line)), (place === step ? 5 : 2.5) * Math.sqrt(layout.scale), 0, 7);
          g.fill();
          if (place === step) g.stroke();
        }
      }
      g.font = `600 ${layout.font}px ${theme.font}`;
      g.textAlign = "center";
      g.lineWidth = 4;
      g.strokeStyle = theme.background;
      for (const { line, x, y: where } of placesFor(view, size, y)) {
        g.strokeText(labels[line], x, where);
        g.fillStyle = look(line).colour;
        g.fillText(labels[line], x, where);
      }
      g.restore();
    },

    now: (layout) => ({ height: nowHeight(layout), below: true }),

    drawNow(g, box, step) {
      const { theme, layout } = stage;
      const each = barHeight(layout);
      if (!Number.isFinite(at(step, 0))) return drawEnded(g, stage, step);
      g.textBaseline = "middle";
      g.font = `600 ${layout.font}px ${theme.font}`;
      const shown = lead.slice(0, listed).sort((one, other) => one - other);
      const most = shown.reduce((best, line) => (at(step, line) > at(step, best) ? line : best), shown[0]);
      const numbers = Math.max(...shown.map((line) => g.measureText(say(at(step, line))).width)) + 8;
      const swatch = 18 * layout.scale;
      const names = Math.min(Math.max(...shown.map((line) => g.measureText(labels[line]).width)) + 8, box.width * 0.42);
      const left = swatch + 6 + names;
      const room = Math.max(10, box.width - left - numbers);
      shown.forEach((line, place) => {
        const y = (place + 0.5) * each;
        const { colour, dash } = look(line);
        g.strokeStyle = colour;
        g.lineWidth = 2.5 * Math.sqrt(layout.scale);
        g.setLineDash(dash);
        g.beginPath();
        g.moveTo(0, y);
        g.lineTo(swatch, y);
        g.stroke();
        g.setLineDash([]);
        g.font = `${line === most ? 600 : 400} ${layout.font}px ${theme.font}`;
        drawBar(g, {
          name: stage.fit(labels[line], names - 4), x: swatch + 6, y, from: left, length: Math.max(1.5, ((at(step, line) - low) / (high - low)) * room),
          height: each, colour, number: say(at(step, line)), ink: theme.ink, soft: theme.ink,
        });
      });
      if (columns > listed) {
        g.font = `${layout.font}px ${theme.font}`;
        g.fillStyle = theme.soft;
        g.textAlign = "left";
        g.fillText(t("{n} more: see the table", { n: columns - listed }), 0, (listed + 0.5) * each);
      }
    },

    probe(x, y, step, size) {
      const scale = scaleOf(size);
      let best = -1;
      let distance = 18 * stage.layout.scale;
      for (let line = 0; line < columns; line += 1) {
        const away = Math.abs(scale.y(at(step, line)) - y);
        if (away < distance) [best, distance] = [line, away];
      }
      return best < 0 ? null : { value: say(at(step, best)), lines: [labels[best], stage.stepText(step)] };
    },

    table(step) {
      const steps = stepsAround(step, rows);
      return {
        caption: t("{title}, steps {from} to {to} of {total}.", { title: `${data.title} (${data.symbol})`, from: steps[0] + 1, to: steps[0] + steps.length, total: rows }),
        columns: [data.axis, ...steps.map((each) => `t = ${each + 1}`)],
        current: step - steps[0] + 1,
        rows: labels.map((label, line) => [label, ...steps.map((each) => say(at(each, line)))]),
      };
    },

    describe(step) {
      if (!Number.isFinite(at(step, 0))) return "";
      const best = lead.reduce((most, line) => (at(step, line) > at(step, most) ? line : most), lead[0]);
      return t("{title}: highest {label}, {value}", { title: data.title, label: labels[best], value: say(at(step, best)) });
    },
  };
}
