// A builder's code beside the tensors it makes; pointing at one lights the other.
// Text from Python only ever becomes textContent.

import { LIGHT_EVENT, SHAPES_EVENT } from "../shared/events.js";
import { make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { speak, t } from "../stage/words.js";

/** `(m, Tx, n_values)` or `(None, 30, 78)`, each axis in its colour. */
function shapeNodes(tensor, which) {
  const parts = [];
  tensor.shape.forEach(([axis, size], place) => {
    if (place) parts.push(", ");
    const node = make("span", "axis", which === "names" ? axis : size === null ? "None" : String(size));
    node.dataset.axis = axis;
    parts.push(node);
  });
  return ["(", ...parts, tensor.shape.length === 1 ? ",)" : ")"];
}

function plainShape(tensor) {
  return `(${tensor.shape.map(([, size]) => (size === null ? "None" : size)).join(", ")})`;
}

function draw(tag, attributes, children = []) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A tensor of two or three axes as a block: the first axis down, the second across, the third back. */
function block({ name, shape }, left, scale) {
  const [down, across, back] = [...shape.map(([, size]) => size * scale), 0];
  const skew = 0.5; // the axis that goes back is drawn at half its length, both ways
  const [dx, dy] = [back * skew, back * skew];
  const top = 30;
  const at = (x, y) => `${left + x},${top + y}`;
  const face = (points, shade) => draw("polygon", { points: points.join(" "), class: `face ${shade}` });
  const text = (x, y, words, axis, anchor = "middle") => {
    const node = draw("text", { x: left + x, y: top + y, "text-anchor": anchor, class: "axis" });
    node.dataset.axis = axis;
    node.textContent = words;
    return node;
  };
  const parts = [
    ...(back ? [
      face([at(0, dy), at(dx, 0), at(dx + across, 0), at(across, dy)], "above"),
      face([at(across, dy), at(across + dx, 0), at(across + dx, down), at(across, dy + down)], "side"),
    ] : []),
    face([at(0, dy), at(across, dy), at(across, dy + down), at(0, dy + down)], "front"),
    text(-8, dy + down / 2 + 5, `${shape[0][0]} ${shape[0][1]}`, shape[0][0], "end"),
    text(across / 2, dy + down + 22, `${shape[1][0]} ${shape[1][1]}`, shape[1][0]),
    ...(back ? [text(across + dx + 8, down / 2, `${shape[2][0]} ${shape[2][1]}`, shape[2][0], "start")] : []),
  ];
  const group = draw("g", {}, parts);
  group.dataset.symbol = name;
  return { group, width: across + dx, height: top + dy + down + 34 };
}

const ROOM = { before: 60, across: 50, after: 110 }; // for the labels beside a block
const TYPE = 18; // size of a label, in the units of the block's drawing

/** Two tensors side by side, to one scale; beside them the second as the note's picture has it. They fall into rows before their labels would shrink. */
function blocks(pair, turned) {
  const longest = Math.max(...pair.flatMap(({ shape }) => shape.map(([, size]) => size)));
  const scale = 150 / longest;
  const { name, shape: [m, down, across] } = pair[1];
  const [one, other, wrong] = [...pair, { name, shape: [m, across, down] }].map((tensor) => block(tensor, ROOM.before, scale));
  wrong.group.classList.add("turned");
  const cross = draw("path", { d: `M${ROOM.before},30 l${wrong.width},${wrong.height - 64} m0,${64 - wrong.height} l${-wrong.width},${wrong.height - 64}`, class: "cross" });
  wrong.group.append(draw("title", {}, [turned]), cross);
  const pictures = [one, other, wrong].map(({ group, width, height }, place) => {
    const wide = ROOM.before + width + (place ? ROOM.after : ROOM.across);
    const node = draw("svg", { viewBox: `0 0 ${wide} ${height}` }, [group]);
    node.style.width = `${wide / TYPE}em`;
    return node;
  });
  const row = make("div", "blocks", undefined, [pictures[0], make("span", "to", "→"), ...pictures.slice(1)]);
  row.setAttribute("role", "img");
  row.setAttribute("aria-label", pair.map(({ shape }) => shape.map(([axis, size]) => `${axis} ${size}`).join(" × ")).join(t(" becomes ")));
  return row;
}

class BlueprintView {
  constructor(root) {
    this.root = root;
    this.node = make("div", "blueprint");
    root.append(this.node);
    this.onLight = (event) => this.light(event.detail);
    window.addEventListener(LIGHT_EVENT, this.onLight);
    this.onShapes = (event) => event.detail.push({ node: this.root.host || this.node, tensors: this.tensors() });
    window.addEventListener(SHAPES_EVENT, this.onShapes);
  }

  close() {
    window.removeEventListener(LIGHT_EVENT, this.onLight);
    window.removeEventListener(SHAPES_EVENT, this.onShapes);
    this.node.remove();
  }

  adopt(data) {
    const same = JSON.stringify(data);
    if (same === this.shown) return;
    const scroll = this.code ? this.code.scrollTop : 0;
    this.shown = same;
    this.data = data;
    this.node.className = `blueprint${data.presenter ? " presenter" : ""}${data.code.length ? "" : " alone"}`;
    this.detail = make("p", "detail");
    this.detail.setAttribute("aria-live", "polite");
    const picture = make("div", "picture", undefined, [this.drawPicture(data), ...(data.blocks ? [blocks(data.blocks, data.turned), make("p", "turned-note", data.turned)] : []), this.detail]);
    this.node.replaceChildren(...(data.code.length ? [this.drawCode(data)] : []), picture);
    this.code = this.node.querySelector(".code");
    const code = data.code.map(({ text }) => text).join("\n");
    if (this.code && code === this.codeShown) this.code.scrollTop = scroll;
    else if (this.code) requestAnimationFrame(() => this.reveal(this.code.querySelector(".line.makes")));
    this.codeShown = code;
    this.say(null);
  }

  drawCode({ code }) {
    const list = make("ol", "lines");
    const makes = new Set([...this.boxes(), ...this.chips()].flatMap(({ lines }) => lines));
    this.notes = new Map(code.map(({ number, note }) => [number, note]));
    for (const { number, text, aside, mark } of code) {
      const indent = text.length - text.trimStart().length;
      const line = make("li", "line", undefined, [make("span", "number", number), make("code", "", text.trim() || " ")]);
      line.style.setProperty("--indent", indent);
      line.dataset.line = number;
      line.classList.toggle("makes", makes.has(number));
      line.classList.toggle("marked", Boolean(mark));
      if (mark) line.append(make("span", "mark-note", mark));
      if (text.trim()) this.link(line, () => this.select({ line: number }));
      list.append(line);
      if (aside) list.append(this.aside(aside, indent));
    }
    const pane = make("div", "code", undefined, [list]);
    pane.tabIndex = 0;
    pane.setAttribute("role", "group");
    pane.setAttribute("aria-label", t("The builder's source"));
    return pane;
  }

  /** Another form of a line, folded: what it is, what Keras says to it, what happens. */
  aside({ title, instead, says, what }, indent) {
    const head = make("summary", "", `${title} `, instead ? [make("code", "", instead)] : []);
    const said = says ? [make("p", "", undefined, [`${t("Keras 3:")} `, make("code", "", says)])] : [];
    const node = make("li", "aside", undefined, [make("details", "", undefined, [head, ...said, make("p", "", what)])]);
    node.style.setProperty("--indent", indent);
    return node;
  }

  boxes() { return this.data.nodes; }

  chips() {
    return [...this.data.inputs, ...this.data.nodes.flatMap((node) => node.results)];
  }

  drawPicture({ inputs, nodes, stacked }) {
    const flow = make("div", "flow");
    flow.append(make("div", "row inputs", undefined, inputs.map((tensor) => this.chip(tensor))));
    let into = flow;
    let loop = "";
    for (const node of nodes) {
      if (node.loop !== loop) {
        loop = node.loop;
        into = loop ? make("div", "loop", undefined, [make("p", "loop-label", loop)]) : flow;
        if (loop) flow.append(this.arrow(), into);
      }
      into.append(this.layer(node));
    }
    if (stacked) flow.append(this.arrow(stacked.label), make("div", "row", undefined, [this.chip(stacked)]));
    return flow;
  }

  arrow(label = "") {
    return make("div", "arrow", label || undefined);
  }

  layer(node) {
    const box = make("div", "layer", undefined, [make("strong", "", node.layer), make("span", "count", node.count)]);
    box.dataset.lines = node.lines.join(" ");
    if (node.broken) box.classList.add("broken");
    this.link(box, () => this.select({ lines: node.lines }));
    const out = make("div", "row results", undefined, node.results.map((tensor) => this.chip(tensor)));
    // Without an arrow from above where something else is read: its names stand in its place.
    const parts = [node.reads && node.reads.length ? make("div", "reads", node.reads.join(", ")) : this.arrow(), box];
    if (node.broken) parts.push(make("p", "trouble", node.broken));
    if (node.results.length) parts.push(this.arrow(), out);
    if (!node.handed) return make("div", "node", undefined, parts);
    // The way back: from the states that are handed on, round to the layer's own box.
    box.append(make("span", "handed", node.handed));
    return make("div", "node recurrent", undefined, parts);
  }

  chip(tensor) {
    const shown = tensor.hidden
      ? [make("span", "sizes unknown", "?")]
      : [make("span", "names", undefined, shapeNodes(tensor, "names")), make("span", "sizes", undefined, shapeNodes(tensor, "sizes"))];
    if (tensor.mask) shown.push(make("span", "mask", tensor.mask));
    const node = make("div", "chip", undefined, [make("span", "symbol", tensor.name), ...shown]);
    node.dataset.symbol = tensor.name;
    node.dataset.lines = tensor.lines.join(" ");
    if (tensor.asked) node.classList.add("asked");
    if (tensor.role === "output") node.classList.add("out");
    node.setAttribute("aria-label", tensor.hidden ? t("{tensor}, shape hidden", { tensor: tensor.name }) : `${tensor.name} ${plainShape(tensor)}`);
    node.setAttribute("role", "group");
    this.link(node, () => this.select({ lines: tensor.lines, tensor }));
    return node;
  }

  /** Pointing at it and focusing it by keyboard do the same; so does a tap. */
  link(node, act) {
    node.tabIndex = 0;
    node.classList.add("linked");
    node.addEventListener("pointerenter", act);
    node.addEventListener("focus", act);
    node.addEventListener("click", act);
    for (const leave of ["pointerleave", "blur"]) node.addEventListener(leave, () => this.select(null));
  }

  select(what) {
    const lines = new Set(what ? (what.line ? [what.line] : what.lines) : []);
    for (const node of this.node.querySelectorAll("[data-lines]")) {
      node.classList.toggle("lit", node.dataset.lines.split(" ").some((line) => line && lines.has(Number(line))));
    }
    let first = null;
    for (const node of this.node.querySelectorAll("[data-line]")) {
      const on = lines.has(Number(node.dataset.line));
      node.classList.toggle("lit", on);
      if (on && !first) first = node;
    }
    if (first && what && !what.line) this.reveal(first);
    const tensor = what && (what.tensor || this.tensorsOf(lines)[0]);
    this.say(tensor || null, what && this.notes ? this.notes.get(what.line) : "");
    window.dispatchEvent(new CustomEvent(LIGHT_EVENT, { detail: tensor ? tensor.name : "" }));
  }

  /** What the page's glossary asks for: every tensor whose shape is not a secret. */
  tensors() {
    const { stacked } = this.data;
    return [...this.chips(), ...(stacked ? [stacked] : [])]
      .filter((tensor) => !tensor.hidden)
      .map(({ name, shape }) => ({ symbol: name, shape: shape.map(([axis, size]) => [axis, size === null ? "None" : size]) }));
  }

  tensorsOf(lines) {
    return this.chips().filter((tensor) => tensor.lines.some((line) => lines.has(line)));
  }

  /** Scroll the code, and only the code, until a line is in view. */
  reveal(line) {
    if (!line) return;
    const top = line.offsetTop - this.code.offsetTop;
    if (top < this.code.scrollTop || top + line.offsetHeight > this.code.scrollTop + this.code.clientHeight) {
      this.code.scrollTop = Math.max(0, top - this.code.clientHeight / 3);
    }
  }

  say(tensor, note = "") {
    this.detail.textContent = note || (tensor ? (tensor.hidden ? t("Predict this one first.") : tensor.detail) : this.data.detail);
  }

  /** An axis name or symbol that is pointed at here or on a stage. */
  light(name) {
    for (const node of this.node.querySelectorAll("[data-axis]")) node.classList.toggle("on", Boolean(name) && node.dataset.axis === name);
    for (const node of this.node.querySelectorAll(".chip")) {
      const has = Boolean(name) && (node.dataset.symbol === name || [...node.querySelectorAll("[data-axis]")].some((axis) => axis.dataset.axis === name));
      node.classList.toggle("named", has);
    }
  }
}

export default function mountBlueprint({ parentElement, data }) {
  speak(data.words);
  return mountView(parentElement, "blueprint", BlueprintView, (view) => view.adopt(data));
}
