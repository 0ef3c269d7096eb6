// Lane `heatmap`: units over time in colour; at the step, every unit's value as a bar.

import { boundText, numberText } from "../text.js";
import { colourIndex, cssColour, mapFor } from "../colours.js";
import { decodeArray } from "../decode.js";
import { rowAt, rowHeight } from "../scales.js";
import { t } from "../words.js";

const gateNames = () => ({ i: t("input gate"), f: t("forget gate"), o: t("output gate") }); // between 0 and 1

/** One picture element a value, Tx wide and n high, rows in the order given. */
export function paintMatrix({ values, rows, columns, low, high, pixels, order }) {
  const canvas = document.createElement("canvas");
  canvas.width = rows;
  canvas.height = columns;
  const g = canvas.getContext("2d");
  const image = g.createImageData(rows, columns);
  const out = new Uint32Array(image.data.buffer);
  for (let row = 0; row < columns; row += 1) {
    const unit = order[row];
    for (let step = 0; step < rows; step += 1) {
      out[row * rows + step] = pixels[colourIndex(values[step * columns + unit], low, high)];
    }
  }
  g.putImageData(image, 0, 0);
  return canvas;
}

/** Stretch the visible columns of a painted matrix over the time axis. */
export function drawMatrix(g, bitmap, view, top, height) {
  const ratio = g.getTransform().a;
  g.save();
  g.beginPath();
  g.rect(view.left, top, view.width, height);
  g.clip();
  g.imageSmoothingEnabled = bitmap.height > height * ratio;
  const edge = (step) => Math.round(view.x(view.clock.edges[step]) * ratio) / ratio;
  if (view.uniform) {
    const count = view.last - view.first + 1;
    const x = edge(view.first);
    g.drawImage(bitmap, view.first, 0, count, bitmap.height, x, top, edge(view.last + 1) - x, height);
  } else {
    for (let step = view.first; step <= view.last; step += 1) {
      const x = edge(step);
      g.drawImage(bitmap, step, 0, 1, bitmap.height, x, top, edge(step + 1) - x, height);
    }
  }
  g.restore();
}

/** Positions moved apart until labels of height `room` do not overlap, in their own order. */
export function spread(wanted, room, height, margin) {
  const order = wanted.map((_, place) => place).sort((one, other) => wanted[one] - wanted[other]);
  const out = [...wanted];
  let free = margin;
  for (const place of order) {
    out[place] = Math.max(out[place], free);
    free = out[place] + room;
  }
  free = height - margin;
  for (const place of order.reverse()) {
    out[place] = Math.min(out[place], free);
    free = out[place] - room;
  }
  return out;
}

export function heatmapLane(data, stage) {
  const matrix = decodeArray(data.values);
  const [rows, columns] = matrix.shape;
  const { values } = matrix;
  const { low, high, symbol, axis } = data;
  const map = mapFor(low, high);
  const names = data.rows;
  const target = (layout) => {
    const size = (layout.compact ? 84 : 128) * Math.sqrt(layout.scale);
    return names.length ? Math.max(size, columns * 15 * layout.scale) : size;
  };
  let bitmap = null;
  let bitmapKey = "";
  let inverse = null;

  const order = () => stage.order(axis, columns);
  const unitName = (unit) => (names.length ? names[unit] : t("unit {unit}", { unit }));
  const height = (layout) => Math.round(rowHeight(columns, target(layout), 1 / (window.devicePixelRatio || 1)) * columns);

  function fresh() {
    const key = `${stage.theme.key}|${stage.orderKey}`;
    if (key === bitmapKey) return;
    bitmap = paintMatrix({ values, rows, columns, low, high, pixels: stage.theme.pixels[map], order: order() });
    inverse = new Int32Array(columns);
    order().forEach((unit, row) => { inverse[unit] = row; });
    bitmapKey = key;
  }

  return {
    head: {
      title: data.title,
      symbol,
      shape: [["Tx", rows], [axis, columns]],
      legend: { map, low: map === "diverging" ? -Math.max(-low, high) : low, high: map === "diverging" ? Math.max(-low, high) : high, units: data.units },
    },
    units: { axis, count: columns, values, rows },
    height,
    rowOf: (unit) => { fresh(); return inverse[unit]; },

    drawTime(g, view, size) {
      fresh();
      drawMatrix(g, bitmap, view, 0, size.height);
      const each = size.height / columns;
      const edge = view.left - 7;
      const { font } = stage.layout;
      const pinned = stage.pins.filter((pin) => pin.axis === axis && pin.unit < columns);
      const places = spread(pinned.map((pin) => (inverse[pin.unit] + 0.5) * each), font * 1.15, size.height, font * 0.6);
      g.textAlign = "right";
      pinned.forEach((pin, place) => {
        const y = (inverse[pin.unit] + 0.5) * each;
        g.fillStyle = stage.theme.ink;
        g.fillRect(view.left - 4, y - 1, 4, 2);
        g.globalAlpha = 0.55;
        g.fillRect(view.left, y - each / 2 - 1, view.width, 1);
        g.fillRect(view.left, y + each / 2, view.width, 1);
        g.globalAlpha = 1;
        g.font = `600 ${font}px ${stage.theme.font}`;
        g.textBaseline = "middle";
        if (!names.length) g.fillText(String(pin.unit), edge, places[place]);
      });
      g.fillStyle = stage.theme.soft;
      g.font = `${font}px ${stage.theme.font}`;
      const free = (y) => places.every((other) => Math.abs(other - y) > font * 1.1);
      if (names.length && each >= stage.layout.font) {
        g.textBaseline = "middle";
        order().forEach((unit, row) => g.fillText(stage.fit(names[unit], edge), edge, (row + 0.5) * each));
        return;
      }
      const sorted = stage.orderKey !== "index";
      g.textBaseline = "top";
      if (free(font / 2)) g.fillText(sorted ? String(order()[0]) : "0", edge, 0);
      g.textBaseline = "bottom";
      if (free(size.height - font / 2)) g.fillText(sorted ? String(order()[columns - 1]) : String(columns - 1), edge, size.height);
    },

    now: (layout) => ({ height: height(layout), below: false }),

    drawNow(g, box, step) {
      fresh();
      const { theme } = stage;
      const colours = theme.colours[map];
      const strip = Math.round(26 * stage.layout.scale);
      const ratio = g.getTransform().a;
      g.imageSmoothingEnabled = bitmap.height > box.height * ratio;
      g.drawImage(bitmap, step, 0, 1, columns, 0, 0, strip, box.height);
      const left = strip + 8;
      const width = box.width - left;
      const reach = map === "diverging" ? Math.max(-low, high) : high - low;
      const zero = map === "diverging" ? left + width / 2 : left;
      const full = map === "diverging" ? width / 2 : width;
      g.fillStyle = theme.shade;
      g.fillRect(left, 0, width, box.height);
      const each = box.height / columns;
      const bases = order();
      for (let row = 0; row < columns; row += 1) {
        const value = values[step * columns + bases[row]];
        const share = (map === "diverging" ? value : value - low) / reach;
        const length = Math.max(-1, Math.min(1, share)) * full;
        // Bars near zero would vanish in the map's own pale colours; the map is kept but deepened.
        const deep = map === "diverging" ? Math.round(127.5 + Math.sign(value) * (70 + 57.5 * Math.abs(share))) : Math.round(110 + 145 * share);
        g.fillStyle = cssColour(colours[Math.max(0, Math.min(255, deep))]);
        g.fillRect(Math.min(zero, zero + length), row * each, Math.abs(length), Math.max(each - (each >= 3 ? 1 : 0), 0.5));
      }
      g.fillStyle = theme.faint;
      g.fillRect(Math.round(zero), 0, 1, box.height);
      const { font } = stage.layout;
      const pinned = stage.pins.filter((pin) => pin.axis === axis && pin.unit < columns);
      const places = spread(pinned.map((pin) => (inverse[pin.unit] + 0.5) * each), font * 1.3, box.height, font * 0.65);
      g.font = `600 ${font}px ${theme.font}`;
      g.textBaseline = "middle";
      g.textAlign = "right";
      pinned.forEach((pin, place) => {
        const text = `${unitName(pin.unit)}  ${numberText(values[step * columns + pin.unit], 3)}`;
        const room = g.measureText(text).width + 8;
        g.fillStyle = theme.background;
        g.globalAlpha = 0.88;
        g.fillRect(box.width - room, places[place] - font * 0.65, room, font * 1.3);
        g.globalAlpha = 1;
        g.fillStyle = theme.ink;
        g.fillText(text, box.width - 4, places[place]);
      });
    },

    probe(x, y, step, size) {
      const row = rowAt(y, columns, size.height);
      if (row < 0) return null;
      const unit = order()[row];
      const what = gateNames()[symbol] ? `${gateNames()[symbol]} ${symbol}` : symbol;
      return {
        axis, unit,
        value: `${numberText(values[step * columns + unit], 4)}${data.units ? ` ${data.units}` : ""}`,
        lines: [`${what} · ${unitName(unit)}`, stage.stepText(step)],
      };
    },

    table(step) {
      const first = Math.max(0, Math.min(step - 3, rows - 8));
      const last = Math.min(rows, first + 8);
      const steps = Array.from({ length: last - first }, (_, place) => first + place);
      return {
        caption: t("{title} ({symbol}), steps {from} to {to} of {total}, all {rows} rows; range {low} to {high}.", {
          title: data.title, symbol, from: first + 1, to: last, total: rows, rows: columns, low: boundText(low), high: boundText(high),
        }),
        columns: [axis, ...steps.map((at) => `t = ${at + 1}`)],
        current: step - first + 1,
        rows: Array.from(order(), (unit) => [unitName(unit), ...steps.map((at) => numberText(values[at * columns + unit], 3))]),
      };
    },
  };
}
