// Lane `heatmap`: units over time in colour; at the step, every unit's value as a bar.

import { axisName, boundText, numberText } from "../text.js";
import { colourIndex, mapFor } from "../colours.js";
import { clipToPlot, stepsAround } from "../lane_draw.js";
import { contextOf, element } from "../dom.js";
import { decodeArray } from "../decode.js";
import { paintUnits } from "../unit_bars.js";
import { rowAt, rowHeight } from "../scales.js";
import { t } from "../words.js";

const gateNames = () => ({ i: t("input gate"), f: t("forget gate"), o: t("output gate") }); // between 0 and 1

/** One picture element a value, Tx wide, a row for each unit of `order`. */
export function paintMatrix({ values, rows, columns, low, high, pixels, order }) {
  const canvas = document.createElement("canvas");
  canvas.width = rows;
  canvas.height = order.length;
  const g = contextOf(canvas);
  const image = g.createImageData(rows, order.length);
  const out = new Uint32Array(image.data.buffer);
  for (let row = 0; row < order.length; row += 1) {
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

/** What a unit follows, as a line of a readout. */
function followsText({ group, r }) {
  return group.name
    ? t("follows {what}, r = {r}", { what: group.what, r: numberText(r, 2) })
    : t("follows nothing by itself (|r| below 0.4)");
}

/** Each group's name beside its rows with how many it has, and lines between the groups. */
function drawBrackets(g, stage, brackets, { each, edge, right, taken }) {
  const { theme, layout: { font } } = stage;
  const written = [...taken]; // heights of text that stands there already
  for (const { group, from, to } of brackets) {
    const [top, bottom] = [from * each, to * each];
    g.fillStyle = theme.ink;
    g.fillRect(edge + 3, top + 1, 1.5, bottom - top - 2);
    g.fillStyle = theme.background;
    if (from) g.fillRect(edge + 3, top - 1, right - edge - 3, 2);
    const strongest = group.name ? ` · ${numberText(Math.abs(group.r[0]), 2)}` : "";
    const lines = [group.name || t("mixed"), `${group.units.length}${strongest}`];
    const shown = bottom - top >= 2.3 * font ? lines : lines.slice(0, 1);
    g.textAlign = "right";
    g.textBaseline = "middle";
    shown.forEach((line, place) => {
      const y = (top + bottom) / 2 + (place - (shown.length - 1) / 2) * font * 1.15;
      if (written.some((other) => Math.abs(other - y) < font * 1.1)) return;
      written.push(y);
      g.fillStyle = place ? theme.soft : theme.ink;
      g.font = `${place ? 400 : 600} ${font}px ${theme.font}`;
      const whole = g.measureText(line).width <= edge;
      g.fillText(whole || !place ? stage.fit(line, edge) : String(group.units.length), edge, y);
    });
  }
}

/** @type {import("../contract.js").LaneOf<import("../contract.js").HeatmapData>} */
export function heatmapLane(data, stage) {
  const matrix = decodeArray(data.values);
  const [rows, columns] = matrix.shape;
  const { values } = matrix;
  const { low, high, symbol, axis } = data;
  const map = mapFor(low, high);
  const names = data.rows;
  const target = (layout, shown) => {
    const size = (layout.compact ? 84 : 128) * Math.sqrt(layout.scale) * layout.room;
    if (names.length) return Math.max(size, columns * 15 * layout.scale);
    return shown < columns ? Math.max(size, shown * 14 * layout.scale * layout.room) : size;
  };
  /** @type {HTMLCanvasElement} */ let bitmap;
  let bitmapKey = "";
  /** @type {Int32Array} */ let inverse;
  /** @type {ImageData} */ let image;

  const shownRows = () => stage.rows(axis, columns);
  const unitName = (unit) => (names.length ? names[unit] : t("unit {unit}", { unit }));
  const height = (layout) => {
    const shown = shownRows().length;
    return Math.round(rowHeight(shown, target(layout, shown), 1 / (window.devicePixelRatio || 1)) * shown);
  };

  function fresh() {
    const order = shownRows();
    const key = `${stage.theme.key}|${stage.orderKey}|${order.length < columns ? order : ""}`;
    if (key === bitmapKey) return;
    bitmap = paintMatrix({ values, rows, columns, low, high, pixels: stage.theme.pixels[map], order });
    inverse = new Int32Array(columns).fill(-1);
    order.forEach((unit, row) => { inverse[unit] = row; });
    bitmapKey = key;
  }

  /** The units at a step as pixels of this screen, or a row each if there are more rows than pixels. */
  function unitsAt(step, box, ratio) {
    const px = (size) => Math.round(size * ratio);
    const { layout, theme } = stage;
    const order = shownRows();
    const [width, height] = [px(box.width), Math.max(order.length, px(box.height))];
    if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
    const strip = Math.round(26 * layout.scale);
    paintUnits(new Uint32Array(image.data.buffer), {
      row: values.subarray(step * columns, (step + 1) * columns), order, low, high, pixels: theme.pixels[map],
      width, height, strip: px(strip), left: px(strip + 8), thin: px(1), ground: theme.shadePixel, faint: theme.faintPixel,
    });
    return image;
  }

  return {
    head: {
      title: data.title,
      symbol,
      shape: [["Tx", rows], [axisName(axis), columns]],
      legend: { map, low: map === "diverging" ? -Math.max(-low, high) : low, high: map === "diverging" ? Math.max(-low, high) : high },
    },
    units: { axis, count: columns, values, rows },
    height,
    rowOf(unit) {
      fresh();
      return inverse[unit] < 0 ? null : { row: inverse[unit], rows: bitmap.height };
    },

    drawTime(g, view, size) {
      fresh();
      drawMatrix(g, bitmap, view, size.height);
      const each = size.height / bitmap.height;
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
        shownRows().forEach((unit, row) => g.fillText(stage.fit(names[unit], edge), edge, (row + 0.5) * each));
        return;
      }
      const brackets = stage.brackets(axis, columns);
      if (brackets.length) {
        drawBrackets(g, stage, brackets, { each, edge, right: view.left + view.width, taken: places });
        return;
      }
      const sorted = stage.orderKey !== "index";
      g.textBaseline = "top";
      if (free(font / 2)) g.fillText(sorted ? String(shownRows()[0]) : "0", edge, 0);
      g.textBaseline = "bottom";
      if (free(size.height - font / 2)) g.fillText(sorted ? String(shownRows()[columns - 1]) : String(columns - 1), edge, size.height);
    },

    now: (layout) => ({ height: height(layout), below: false }),

    drawNow(g, box, step) {
      fresh();
      const { theme } = stage;
      const each = box.height / bitmap.height;
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
      const shown = shownRows();
      const row = rowAt(y, shown.length, size.height);
      if (row < 0) return null;
      const unit = shown[row];
      const follows = stage.follows(axis, unit);
      const what = gateNames()[symbol] ? `${gateNames()[symbol]} ${symbol}` : symbol;
      return {
        axis, unit,
        value: numberText(values[step * columns + unit], 4),
        lines: [`${what} · ${unitName(unit)}`, ...(follows ? [followsText(follows)] : []), stage.stepText(step)],
      };
    },

    table(step) {
      const steps = stepsAround(step, rows);
      return {
        caption: t("{title} ({symbol}), steps {from} to {to} of {total}, all {rows} rows; range {low} to {high}.", {
          title: data.title, symbol, from: steps[0] + 1, to: steps[0] + steps.length, total: rows, rows: columns, low: boundText(low), high: boundText(high),
        }),
        columns: [axisName(axis), ...steps.map((at) => `t = ${at + 1}`)],
        current: step - steps[0] + 1,
        rows: Array.from(stage.order(axis, columns), (unit) => [unitName(unit), ...steps.map((at) => numberText(values[at * columns + unit], 3))]),
      };
    },
  };
}
