// Lane `equation`: one unit's update with its own numbers at this step, its gates below.

import { bracketed, otherText, passedOver, squashOf, unitText } from "../equation_text.js";
import { axisName } from "../text.js";
import { button, element } from "../dom.js";
import { cssColour } from "../colours.js";
import { decodeArray } from "../decode.js";
import { gateColour } from "../palette.js";
import { t } from "../words.js";

const GATE_ORDER = ["i", "f", "g", "o"]; // Keras' order in the weights
const LIKE = { z: "f", r: "o" }; // gates of a GRU have the colours of an LSTM's
const gateWords = () => ({
  z: [t("update gate"), t("how much to keep")],
  r: [t("reset gate"), t("how much of the past to use")],
  a: [t("state"), t("what to show")],
  f: [t("forget gate"), t("how much to keep")],
  i: [t("input gate"), t("how much to write")],
  g: [t("candidate"), t("what to write")],
  o: [t("output gate"), t("how much to show")],
});

/** What a cell computes: its gates in the order of the table, the numbers of a unit at a step, and their figures. */
function lstm(data) {
  const zx = decodeArray(data.zx).values;
  const za = decodeArray(data.za);
  const bias = decodeArray(data.b).values;
  const c0 = decodeArray(data.c0).values;
  const input = decodeArray(data.input).values;
  const [rows, wide] = za.shape;
  const n = wide / 4;
  const held = data.held ? Object.fromEntries(Object.entries(data.held).map(([name, packed]) => [name, decodeArray(packed).values])) : null;
  const memories = new Map(); // unit -> its c at every step

  function sums(step, unit) {
    return Object.fromEntries(GATE_ORDER.map((gate, place) => {
      const column = place * n + unit;
      return [gate, { x: zx[input[step] * wide + column], a: za.values[step * wide + column], b: bias[column] }];
    }));
  }

  function gatesAt(step, unit) {
    if (held) return Object.fromEntries(GATE_ORDER.map((gate) => [gate, held[gate][step * n + unit]]));
    const z = sums(step, unit);
    return Object.fromEntries(GATE_ORDER.map((gate) => [gate, squashOf(gate)(z[gate].x + z[gate].a + z[gate].b)]));
  }

  /** c of one unit at every step, by the equation itself where nothing was set by hand. */
  function memory(unit) {
    if (!memories.has(unit)) {
      const c = new Float64Array(rows);
      let before = c0[unit];
      for (let step = 0; step < rows; step += 1) {
        const { i, f, g } = held ? {} : gatesAt(step, unit);
        c[step] = held ? held.c[step * n + unit] : f * before + i * g;
        before = c[step];
      }
      memories.set(unit, c);
    }
    return memories.get(unit);
  }

  function numbersAt(step, unit) {
    const gates = gatesAt(step, unit);
    const c = memory(unit);
    const a = held ? held.h[step * n + unit] : gates.o * Math.tanh(c[step]);
    return { ...gates, before: step ? c[step - 1] : c0[unit], c: c[step], a, z: sums(step, unit) };
  }

  const masked = (step) => held !== null && passedOver(held, step, n);

  return { rows, n, gates: ["f", "i", "g", "o"], state: "c", masked, textAt: (step, unit) => unitText(numbersAt(step, unit)) };
}

function otherCell(data) {
  const values = (packed) => decodeArray(packed).values;
  const { shape: [rows, n] } = decodeArray(data.h);
  const [h, before] = [values(data.h), values(data.before)];
  const gates = Object.fromEntries(Object.entries(data.gates).map(([name, packed]) => [name, values(packed)]));
  const sums = Object.entries(data.sums).map(([name, parts]) => [name, parts.map(values)]);
  const textAt = (step, unit) => {
    const at = step * n + unit;
    return otherText({
      a: h[at], before: before[at], gates: Object.fromEntries(Object.entries(gates).map(([name, each]) => [name, each[at]])),
      z: Object.fromEntries(sums.map(([name, [x, a, b]]) => [name, { x: x[at], a: a[at], b: b[unit] }])),
    });
  };
  return { rows, n, gates: sums.map(([name]) => name), state: "a", textAt };
}

/** @type {import("../contract.js").LaneOf<import("../contract.js").EquationData>} */
export function equationLane(data, stage) {
  const cell = data.sums ? otherCell(data) : lstm(data);
  const { rows, n } = cell;
  const state = stage.keep(`equation|${data.title}`, { unit: data.unit, open: !stage.compact || !cell.gates.includes("g"), seen: "", own: -1 });
  /** @type {ReturnType<typeof build>} */ let parts;

  /** The unit picked last, here or in a heatmap. */
  function unitNow() {
    const { picked } = stage;
    const key = picked ? `${picked.axis}|${picked.unit}` : "";
    if (key !== state.seen) {
      state.seen = key;
      if (picked && picked.axis === data.axis && picked.unit < n) state.unit = picked.unit;
    }
    return Math.min(n - 1, state.unit);
  }

  function choose(unit) {
    const pins = stage.pins;
    const pinned = (each) => pins.some((pin) => pin.axis === data.axis && pin.unit === each);
    if (state.own >= 0 && state.own !== unit && pinned(state.own)) stage.pick(data.axis, state.own);
    state.unit = unit;
    state.own = unit;
    if (!pinned(unit)) stage.pick(data.axis, unit);
    state.seen = stage.picked ? `${stage.picked.axis}|${stage.picked.unit}` : "";
    stage.redraw();
  }

  const symbol = (name, when, sub) => element("var", { "data-gate": LIKE[name] ?? name, "data-symbol": sub ? false : name }, [
    name, ...(sub ? [element("sub", { text: sub })] : []), element("span", { class: "when", text: when ? `⟨${when}⟩` : "" }),
  ]);
  const op = (text) => element("span", { class: "op", text });
  const figure = (name) => {
    const node = element("span", { class: "figure" });
    if (name) node.dataset.gate = name;
    return node;
  };

  function row(cells, className = "") {
    return element("div", { class: `eq-row ${className}`.trim() }, cells);
  }

  function build() {
    /** @type {Record<string, any>} */
    const p = { figures: {} };
    const f = (key, name) => { p.figures[key] = figure(name); return p.figures[key]; };
    p.select = element("select", { class: "speed", "aria-label": t("Unit") },
      Array.from({ length: n }, (_, unit) => element("option", { value: String(unit), text: String(unit) })));
    p.back = button(t("The unit before"), { icon: "minus", className: "small" });
    p.next = button(t("The next unit"), { icon: "plus", className: "small" });
    p.select.addEventListener("change", () => choose(Number(p.select.value)));
    p.back.addEventListener("click", () => choose((unitNow() + n - 1) % n));
    p.next.addEventListener("click", () => choose((unitNow() + 1) % n));
    p.more = button(t("The gates"), { text: t("Gates"), "aria-expanded": "false" });
    p.more.addEventListener("click", () => { state.open = !state.open; syncOpen(); });
    p.step = element("span", { class: "eq-step" });
    const around = (name, inside) => element("span", {}, [`${name}(`, inside, ")"]);
    const tanhOf = (inside) => around("tanh", inside);
    const part = (...cells) => element("span", { class: "eq-part" }, cells);
    // A GRU keeps with z and writes with 1 − z what an LSTM keeps with f and writes with i.
    const gru = cell.gates.includes("z");
    const [keeps, writes] = gru ? [symbol("z", "t"), element("span", { "data-gate": "i" }, ["(1 − ", symbol("z", "t"), ")"])] : [symbol("f", "t"), symbol("i", "t")];
    p.memory = element("div", { class: "eq-block", hidden: !cell.gates.includes("g") }, [
      row([symbol(cell.state, "t"), op("="), part(keeps, op("·"), symbol(cell.state, "t−1")), op("+"), part(writes, op("·"), symbol("g", "t"))]),
      row([op(""), op("="), part(f("f", "f"), op("·"), f("before")), op("+"), part(f("i", "i"), op("·"), f("g", "g"))]),
      row([op(""), op("="), part(f("kept"), element("span", { class: "eq-note", text: t("kept") })), op("+"), part(f("written"), element("span", { class: "eq-note", text: t("written") }))]),
      row([op(""), op("="), part(f("c")), op(""), op("")], "eq-result"),
    ]);
    p.output = element("div", { class: "eq-block short" }, [
      row([symbol("a", "t"), op("="), part(symbol("o", "t"), op("·"), tanhOf(symbol("c", "t")))]),
      row([op(""), op("="), part(f("o", "o"), op("·"), tanhOf(f("cAgain")))]),
      row([op(""), op("="), part(f("oAgain", "o"), op("·"), f("tanh"))]),
      row([op(""), op("="), part(f("a"))], "eq-result"),
    ]);
    const tag = (name, children, attributes = {}) => element(name, attributes, children);
    p.gateRows = Object.fromEntries(cell.gates.map((gate) => {
      const cells = { x: figure(), a: figure(), b: figure(), z: figure(), value: figure(LIKE[gate] ?? gate), note: element("span", { class: "eq-note" }) };
      const squash = squashOf(gate) === Math.tanh ? "tanh" : "σ";
      const node = tag("tr", [
        tag("th", [symbol(gate, "t"), element("span", { class: "eq-note", text: t("{name}: {what}", { name: gateWords()[gate][0], what: gateWords()[gate][1] }) })], { scope: "row" }),
        tag("td", [cells.x]), tag("td", [op("+"), cells.a, ...(gru && gate === "g" ? [element("span", { class: "eq-note eq-past", text: data.past })] : [])]), tag("td", [op("+"), cells.b]), tag("td", [op("="), cells.z]),
        tag("td", [element("span", { class: "op eq-squash" }, [around(squash, symbol("z", "", gate)), " ="]), cells.value, cells.note]),
      ]);
      return [gate, { node, cells }];
    }));
    p.gates = element("div", { class: "eq-gates", tabindex: "0", role: "group", "aria-label": t("The gates of this unit") }, [
      tag("table", [
        tag("caption", [], { class: "sr" }),
        tag("thead", [tag("tr", [
          tag("th", [t("gate")], { scope: "col" }),
          tag("th", [element("var", { text: "W" }), element("sub", { text: "x" }), " · ", symbol("x", "t")], { scope: "col" }),
          tag("th", ["+ ", element("var", { text: "W" }), element("sub", { text: "a" }), " · ", symbol("a", "t−1")], { scope: "col" }),
          tag("th", ["+ ", element("var", { text: "b" })], { scope: "col" }),
          tag("th", ["= ", element("var", { text: "z" })], { scope: "col" }),
          tag("th", [t("σ or tanh")], { scope: "col" }),
        ])]),
        tag("tbody", Object.values(p.gateRows).map(({ node }) => node)),
      ]),
    ]);
    p.gates.querySelector("caption").textContent = t("What goes into each gate of this unit: input, past state, bias, their sum, and the gate");
    p.failed = element("p", { class: "eq-note", hidden: true, text: t("This sequence has ended.") });
    return p;
  }

  function syncOpen() {
    parts.gates.hidden = !state.open;
    parts.more.setAttribute("aria-expanded", String(state.open));
    parts.more.title = state.open ? t("Hide how each gate came about") : t("Show how each gate came about");
  }

  return {
    head: { title: data.title, symbol: cell.state === "c" ? "c, a" : "a", shape: [["Tx", rows], [axisName(data.axis), n]], legend: null },

    mount(node) {
      parts = build();
      node.append(element("div", { class: "eq" }, [
        element("div", { class: "eq-bar" }, [
          element("label", { class: "field" }, [t("pick"), parts.select]), parts.back, parts.next, parts.step,
          element("span", { class: "eq-note eq-hint", text: t("or click a row of a heatmap") }),
          element("span", { class: "spacer" }), parts.more,
        ]),
        element("div", { class: "eq-lines" }, [parts.memory, parts.output]), parts.failed, parts.gates,
      ]));
      syncOpen();
    },

    update(step) {
      if (!parts) return;
      const unit = unitNow();
      const { dark } = stage.theme;
      for (const gate of ["f", "i", "g", "o"]) {
        parts.memory.parentElement.parentElement.style.setProperty(`--gate-${gate}`, cssColour(gateColour(gate, dark)));
      }
      if (parts.select.value !== String(unit)) parts.select.value = String(unit);
      parts.step.textContent = t("unit {unit} at t = {n}", { unit, n: step + 1 });
      const text = cell.textAt(step, unit);
      parts.failed.hidden = Boolean(text);
      parts.gates.hidden = !text || !state.open;
      parts.memory.hidden = !text?.memory;
      parts.output.hidden = !text?.output;
      if (!text) return;
      const { memory: m, output: out, gates } = text;
      const set = {
        ...(m && { f: m.f, before: bracketed(m.before), i: m.i, g: bracketed(m.g), kept: bracketed(m.kept), written: bracketed(m.written), c: m.c }),
        ...(out && { o: out.o, cAgain: out.c, oAgain: out.o, tanh: bracketed(out.tanh), a: out.a }),
      };
      for (const [key, value] of Object.entries(set)) parts.figures[key].textContent = value;
      for (const [gate, { node, cells }] of Object.entries(parts.gateRows)) {
        const figures = gates[gate];
        node.hidden = !figures;
        if (!figures) continue;
        cells.x.textContent = figures.x;
        cells.a.textContent = bracketed(figures.a);
        cells.b.textContent = bracketed(figures.b);
        cells.z.textContent = figures.z;
        cells.value.textContent = figures.value;
        const value = figures.actual;
        const said = () => (cell.masked?.(step) ? t("passed over: {value}", { value }) : t("set by hand to {value}", { value }));
        cells.note.textContent = figures.held ? said() : "";
      }
    },

    describe(step) {
      const unit = unitNow();
      const text = cell.textAt(step, unit);
      if (!text) return "";
      const { memory: m, output: out } = text;
      if (!m) return t("unit {unit}: a is {a}", { unit, a: text.gates.a?.value ?? "" });
      if (!out) return t("unit {unit}: a is {z} times {before} plus {rest} times {g}, {a}", { unit, z: m.f, before: m.before, rest: m.i, g: m.g, a: m.c });
      return t("unit {unit}: c is {f} times {before} plus {i} times {g}, {c}; a is {a}", {
        unit, f: m.f, before: m.before, i: m.i, g: m.g, c: m.c, a: out.a,
      });
    },
  };
}
