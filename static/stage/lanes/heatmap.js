// Lane `heatmap`: units over time in colour; at the step, every unit's value as a bar.

import { boundText, numberText } from "../text.js";
import { colourIndex, mapFor } from "../colours.js";
import { clipToPlot, stepsAround } from "../lane_draw.js";
import { contextOf, element } from "../dom.js";
import { decodeArray } from "../decode.js";
import { paintUnits } from "../unit_bars.js";
import { rowAt, rowHeight } from "../scales.js";
import { t } from "../words.js";

const gateNames = () => ({ i: t("input gate"), f: t("forget gate"), o: t("output gate") }); // between 0 and 1

/** One picture element a value, Tx wide and n high, rows in the order given. */
export function paintMatrix({ values, rows, columns, low, high, pixels, order }) {
  const canvas = document.createElement("canvas");
  canvas.width = rows;
  canvas.height = columns;
  const g = contextOf(canvas);
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
export function drawMatrix(g, bitmap, view, height) {
  const ratio = g.getTransform().a;
  clipToPlot(g, view, height);
  g.imageSmoothingEnabled = bitmap.height > height * ratio;
  const edge = (step) => Math.round(view.x(view.clock.edges[step]) * ratio) / ratio;
  if (view.clock.uniform) {
    const count = view.last - view.first + 1;
    const x = edge(view.first);
    g.drawImage(bitmap, view.first, 0, count, bitmap.height, x, 0, edge(view.last + 1) - x, height);
  } else {
    for (let step = view.first; step <= view.last; step += 1) {
      const x = edge(step);
      g.drawImage(bitmap, step, 0, 1, bitmap.height, x, 0, edge(step + 1) - x, height);
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

/** @type {import("../contract.js").LaneOf<import("../contract.js").HeatmapData>} */
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
  /** @type {HTMLCanvasElement} */ let bitmap;
  let bitmapKey = "";
  /** @type {Int32Array} */ let inverse;
  /** @type {ImageData} */ let image;

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

  /** The units at a step as pixels of this screen, or a row each if there are more rows than pixels. */
  function unitsAt(step, box, ratio) {
    const px = (size) => Math.round(size * ratio);
    const { layout, theme } = stage;
    const [width, height] = [px(box.width), Math.max(columns, px(box.height))];
    if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
    const strip = Math.round(26 * layout.scale);
    paintUnits(new Uint32Array(image.data.buffer), {
      row: values.subarray(step * columns, (step + 1) * columns), order: order(), low, high, pixels: theme.pixels[map],
      width, height, strip: px(strip), left: px(strip + 8), thin: px(1), ground: theme.shadePixel, faint: theme.faintPixel,
    });
    return image;
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
      drawMatrix(g, bitmap, view, size.height);
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
      const each = box.height / columns;
      const units = unitsAt(step, box, g.getTransform().a);
      if (units.height === g.canvas.height) g.putImageData(units, 0, 0);
      else {
        const sheet = contextOf(element("canvas", { width: units.width, height: units.height }));
        sheet.putImageData(units, 0, 0);
        g.imageSmoothingQuality = "high";
        g.drawImage(sheet.canvas, 0, 0, box.width, box.height);
      }
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
      const steps = stepsAround(step, rows);
      return {
        caption: t("{title} ({symbol}), steps {from} to {to} of {total}, all {rows} rows; range {low} to {high}.", {
          title: data.title, symbol, from: steps[0] + 1, to: steps[0] + steps.length, total: rows, rows: columns, low: boundText(low), high: boundText(high),
        }),
        columns: [axis, ...steps.map((at) => `t = ${at + 1}`)],
        current: step - steps[0] + 1,
        rows: Array.from(order(), (unit) => [unitName(unit), ...steps.map((at) => numberText(values[at * columns + unit], 3))]),
      };
    },
  };
}
