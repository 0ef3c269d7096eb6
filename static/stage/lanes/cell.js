// Lane `cell`: every vector of one step as a strip of units, from what is read to the new states.

import { axisName, boundText, numberText } from "../text.js";
import { colourIndex, cssColour, mapFor } from "../colours.js";
import { decodeArray } from "../decode.js";
import { element } from "../dom.js";
import { gateColour } from "../palette.js";
import { t } from "../words.js";

// Name of the strip, what it is computed from, and the colours it takes.
const cellRows = () => [
  { key: "read", symbols: [["a", "t−1"], ["x", "t"]], formula: t("side by side: what the gates read") },
  { key: "f", symbols: [["f", "t"]], formula: `σ([a, x] · W_f + b_f): ${t("what to keep")}` },
  { key: "i", symbols: [["i", "t"]], formula: `σ([a, x] · W_i + b_i): ${t("what to write")}` },
  { key: "g", symbols: [["g", "t"]], formula: `tanh([a, x] · W_g + b_g): ${t("what could be written")}` },
  { key: "o", symbols: [["o", "t"]], formula: `σ([a, x] · W_o + b_o): ${t("what to show")}` },
  { key: "before", symbols: [["c", "t−1"]], formula: t("the memory so far") },
  { key: "kept", symbols: [["f", "t"], ["c", "t−1"]], formula: t("unit by unit: kept") },
  { key: "written", symbols: [["i", "t"], ["g", "t"]], formula: t("unit by unit: written") },
  { key: "c", symbols: [["c", "t"]], formula: t("kept + written: the memory now") },
  { key: "a", symbols: [["a", "t"]], formula: `o · tanh(c): ${t("the state shown")}` },
];

/** @type {import("../contract.js").LaneOf<import("../contract.js").CellData>} */
export function cellLane(data, stage) {
  /** @type {Record<string, import("../contract.js").Matrix>} */
  const part = Object.fromEntries(["x", "i", "f", "g", "o", "c", "h", "a0", "c0"].map((name) => [name, decodeArray(data[name])]));
  const [rows, n] = part.h.shape;
  const nx = part.x.shape[1];
  const reach = Math.max(1, part.c.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const strips = {};
  /** @type {HTMLElement} */ let node;
  /** @type {HTMLElement} */ let header;

  const at = (name, step) => part[name].values.subarray(step * part[name].shape[1], (step + 1) * part[name].shape[1]);
  const times = (one, other) => one.map((value, unit) => value * other[unit]);

  /** Every vector of a step; the last of `read` is x. */
  function vectors(step) {
    const before = step ? at("c", step - 1) : part.c0.values;
    const a = step ? at("h", step - 1) : part.a0.values;
    const [i, f, g, o] = ["i", "f", "g", "o"].map((name) => at(name, step));
    return { a1: a, x: at("x", step), i, f, g, o, before, kept: times(f, before), written: times(i, g), c: at("c", step), a: at("h", step) };
  }

  function range(key) {
    if (key === "x") return part.x.values.some((value) => value < 0) ? [-1, 1] : [0, 1];
    if (["i", "f", "o"].includes(key)) return [0, 1];
    return ["before", "kept", "written", "c"].includes(key) ? [-reach, reach] : [-1, 1];
  }

  function paint(canvas, values, /** @type {number[]} */ [low, high], units) {
    const order = units ? stage.order(data.axis, n) : null;
    canvas.width = values.length;
    canvas.height = 1;
    const g = canvas.getContext("2d");
    const colours = stage.theme.colours[mapFor(low, high)];
    for (let place = 0; place < values.length; place += 1) {
      g.fillStyle = cssColour(colours[colourIndex(values[order ? order[place] : place], low, high)]);
      g.fillRect(place, 0, 1, 1);
    }
  }

  const pickedUnit = () => (stage.picked && stage.picked.axis === data.axis && stage.picked.unit < n ? stage.picked.unit : data.unit);

  function strip(key, units, share) {
    const canvas = element("canvas", { class: "cell-strip", "aria-hidden": "true" });
    const mark = element("span", { class: "cell-mark" });
    const box = element("div", { class: "cell-box", style: `flex-grow: ${share}` }, [canvas, ...(units ? [mark] : [])]);
    if (units) {
      box.addEventListener("click", (event) => {
        const place = Math.min(n - 1, Math.max(0, Math.floor((event.offsetX / box.clientWidth) * n)));
        stage.pick(data.axis, stage.order(data.axis, n)[place]);
      });
    }
    strips[key] = { canvas, mark, units };
    return box;
  }

  const rangeText = (key) => range(key).map(boundText).join(" … ");

  function shape(sizes, key) {
    const parts = sizes.flatMap(([axis, size], place) => {
      const name = element("span", { class: "axis", text: axisName(axis), "data-axis": axisName(axis) });
      return [...(place ? [" + "] : []), name, ` ${size}`];
    });
    const end = sizes.length > 1 ? ` = ${n + nx})` : `)  ${rangeText(key)}`;
    return element("span", { class: "cell-shape" }, ["(", ...parts, end]);
  }

  function mount(into) {
    const symbol = (/** @type {string[]} */ [name, when], place, all) => element("span", {}, [
      element("var", { "data-symbol": name, "data-gate": name }, [name, element("span", { class: "when", text: `⟨${when}⟩` })]),
      place < all.length - 1 ? " · " : "",
    ]);
    header = element("span", { class: "cell-value" });
    const top = [t("vector"), "", "", t("shape, range of colours"), t("what it is")].map((text, place) => (
      place === 2 ? header : element("span", { class: place ? "" : "cell-name", text })));
    node = element("div", { class: "cell-step" }, [element("div", { class: "cell-row cell-top" }, top), ...cellRows().map((row) => {
      const reads = row.key === "read";
      const name = element("span", { class: "cell-name" }, reads
        ? ["[", symbol(row.symbols[0], 0, [0]), ", ", symbol(row.symbols[1], 0, [0]), "]"]
        : row.symbols.map(symbol));
      const boxes = reads ? [strip("a1", true, n), strip("x", false, nx)] : [strip(row.key, true, n)];
      const value = element("span", { class: "cell-value" });
      strips[reads ? "a1" : row.key].value = value;
      return element("div", { class: `cell-row cell-${row.key}` }, [
        name,
        element("div", { class: "cell-boxes" }, boxes),
        value,
        shape(reads ? [[data.axis, n], [data.input_axis, nx]] : [[data.axis, n]], row.key),
        element("span", { class: "cell-formula", text: row.formula }),
      ]);
    })]);
    into.append(element("div", { class: "eq" }, [node]));
  }

  function update(step) {
    // Here and not where they are made: the theme may change while the page is open.
    /** @type {NodeListOf<HTMLElement>} */
    const axes = node.querySelectorAll(".axis");
    for (const axis of axes) axis.style.color = stage.theme.axis(axis.dataset.axis ?? "") || "";
    const now = vectors(step);
    const unit = pickedUnit();
    const place = stage.order(data.axis, n).indexOf(unit);
    for (const name of "figo") node.style.setProperty(`--gate-${name}`, cssColour(gateColour(name, stage.theme.dark)));
    for (const [key, { canvas, mark, value, units }] of Object.entries(strips)) {
      paint(canvas, now[key], range(key), units);
      if (!units) continue;
      mark.style.left = `${(100 * place) / n}%`;
      mark.style.width = `${100 / n}%`;
      if (value) value.textContent = numberText(now[key][unit]);
    }
    header.textContent = t("unit {unit}", { unit });
    node.dataset.step = String(step);
    node.dataset.unit = String(unit);
  }

  return {
    head: { title: data.title, symbol: "", shape: [["Tx", rows], [data.axis, n]], legend: null },
    mount,
    update,
    describe: (step) => t("unit {unit}: memory {c}, between {low} and {high}", {
      unit: pickedUnit(), c: numberText(at("c", step)[pickedUnit()]), low: boundText(-reach), high: boundText(reach),
    }),
    table: (step) => {
      const now = vectors(step);
      const keys = ["a1", "f", "i", "g", "o", "before", "kept", "written", "c", "a"];
      const titles = [t("a before"), "f", "i", "g", "o", t("c before"), t("kept"), t("written"), "c", "a"];
      return {
        caption: t("Every unit at step {n}", { n: step + 1 }),
        columns: [t("unit"), ...titles],
        rows: Array.from({ length: n }, (_, unit) => [String(unit), ...keys.map((key) => numberText(now[key][unit]))]),
        current: pickedUnit(),
      };
    },
  };
}
