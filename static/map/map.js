// A map of words: points on a canvas, moved and zoomed by hand, names where they fit.
// Text from Python only ever becomes textContent or is painted.

import { make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { decodeArray } from "../stage/decode.js";
import { button, fitCanvas, saveFile } from "../stage/dom.js";
import { readTheme } from "../stage/theme.js";
import { speak, t } from "../stage/words.js";
import { Names, inside, place, whole, zoomed } from "./view.js";

/** @import { View } from "./view.js" */

const NEAR = 14; // pixels from the pointer to the word it means
const STEP = 1.5; // of a zoom by key or button
const FURTHEST = 400; // times the view of the whole map
const CLOSE = 2.5; // times the whole map's scale from which words have names
const MOST_NAMES = 160;
const FEW = 2000; // words whose points are drawn larger
const MOST_CHOSEN = 200;
const READ = 2000; // milliseconds that a hint is shown

class WordMap {
  /** @type {any} what Python sends, see ui/embeddings/cloud.py */ data;
  /** @type {ArrayLike<number>} x and y of each word */ points = [];
  /** @type {number[][]} words of each colour */ classes = [];
  /** @type {Set<number>} words that are pointed out */ special = new Set();
  /** @type {View} what is on screen */ view;
  /** @type {View} the whole map */ home;
  /** @type {any} */ theme;
  /** @type {number | undefined} the next painting */ asked;
  /** @type {(name: string, value: unknown) => void} */ setStateValue;
  fitting = true;
  /** @type {[number, number][] | null} drawn around words */ line = null;
  /** @type {Set<number>} */ chosen = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ said;
  tracing = false;
  drawing = false;

  constructor(parent) {
    this.canvas = make("canvas", "points");
    this.canvas.tabIndex = 0;
    this.tip = make("div", "tip");
    this.tip.hidden = true;
    this.hint = make("div", "hint");
    this.hint.hidden = true;
    this.tools = make("div", "tools");
    this.legend = make("div", "legend");
    this.root = make("div", "wordmap", undefined, [this.canvas, this.tip, this.hint, this.tools, this.legend]);
    parent.append(this.root);
    this.pointers = new Map();
    this.resized = new ResizeObserver(() => this.request());
    this.resized.observe(this.root);
    const on = (name, what, /** @type {any} */ options = undefined) => this.canvas.addEventListener(name, what.bind(this), options);
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.release);
    on("pointerleave", () => this.point(-1));
    on("touchmove", this.touch, { passive: false });
    on("wheel", this.wheel, { passive: false });
    on("keydown", this.key);
    on("dblclick", () => this.fit());
  }

  adopt(data, setStateValue) {
    speak(data.words);
    this.setStateValue = setStateValue;
    const points = /** @type {Float32Array} */ (decodeArray(data.points).values);
    const moved = points.length !== this.points.length || points.some((value, at) => value !== this.points[at]);
    this.data = data;
    this.points = points;
    if (moved) {
      this.fitting = true;
      this.line = null;
      this.chosen = new Set();
    }
    this.special = new Set([...data.own, ...data.near, ...(data.focus === null ? [] : [data.focus])]);
    const classes = decodeArray(data.classes).values;
    this.classes = data.palette.map(() => []);
    Array.from(classes).forEach((number, at) => { if (!this.special.has(at)) this.classes[number].push(at); });
    this.root.style.height = `${data.height}px`;
    this.canvas.setAttribute("aria-label", `${data.alt} ${t("Arrow keys move it, plus and minus zoom, 0 shows all.")}`);
    this.canvas.setAttribute("role", "application");
    this.addTools();
    const pointed = Object.entries(data.pointed).map(([mark, text]) => [data.marks[mark], text]);
    this.legend.replaceChildren(...[...data.legend, ...pointed].map(([colour, text]) => {
      const swatch = make("span", "swatch");
      swatch.style.background = colour;
      return make("span", "", undefined, [swatch, text]);
    }));
    this.request();
  }

  addTools() {
    const zoom = (label, icon, factor) => {
      const made = button(label, { icon });
      made.addEventListener("click", () => this.zoom(factor));
      return made;
    };
    const all = button("", { text: t("Whole map") });
    all.addEventListener("click", () => this.fit());
    const around = button("", { text: t("Draw around words"), "aria-pressed": String(this.drawing) });
    around.addEventListener("click", () => {
      this.drawing = !this.drawing;
      around.setAttribute("aria-pressed", String(this.drawing));
    });
    const save = button("", { text: "PNG" });
    save.addEventListener("click", () => this.save());
    this.tools.replaceChildren(zoom(t("Zoom in"), "plus", STEP), zoom(t("Zoom out"), "minus", 1 / STEP), all, around, save);
  }

  request() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = undefined;
      this.paint();
    });
  }

  /** Size of the canvas in CSS pixels. @returns {[number, number]} */
  get size() {
    return [this.root.clientWidth, this.root.clientHeight];
  }

  paint() {
    const [width, height] = this.size;
    if (!this.points.length || !width || !height) return;
    this.home = whole(this.points, width, height);
    if (this.fitting) this.view = this.home;
    this.fitting = false;
    const context = fitCanvas(this.canvas, width, height);
    this.theme = readTheme(this.root);
    context.fillStyle = this.theme.background;
    context.fillRect(0, 0, width, height);
    this.paintAxes(context, width, height);
    this.paintPoints(context, width, height);
    this.paintMarks(context, width, height);
    this.paintNames(context, width, height);
    if (this.line) this.paintLine(context, width, height);
  }

  paintAxes(context, width, height) {
    const [across, upwards] = this.data.axes;
    if (!across && !upwards) return;
    const [left, top] = place(this.view, 0, 0, width, height);
    context.fillStyle = this.theme.line;
    context.fillRect(left, 0, 1, height);
    context.fillRect(0, top, width, 1);
    context.fillStyle = this.theme.soft;
    context.font = `${this.data.font}px ${this.theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText(across, width - 8, height - 6);
    context.save();
    context.translate(8, 8);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "top";
    context.fillText(upwards, 0, 0);
    context.restore();
  }

  paintPoints(context, width, height) {
    const { points, view } = this;
    // Points grow a little with the map, so that a close look is not empty.
    const few = this.data.names.length <= FEW;
    const size = Math.min(7, (few ? 4 : 2.2) * (view.scale / this.home.scale) ** 0.35) * (this.data.font / 15);
    context.globalAlpha = 0.75;
    this.classes.forEach((members, number) => {
      context.fillStyle = this.data.palette[number];
      for (const at of members) {
        const left = (points[2 * at] - view.x) * view.scale + width / 2;
        const top = height / 2 - (points[2 * at + 1] - view.y) * view.scale;
        if (left > -size && left < width + size && top > -size && top < height + size) context.fillRect(left - size / 2, top - size / 2, size, size);
      }
    });
    context.globalAlpha = 1;
  }

  /** Where a word is on the canvas. @returns {[number, number]} */
  at(number, width, height) {
    return place(this.view, this.points[2 * number], this.points[2 * number + 1], width, height);
  }

  paintMarks(context, width, height) {
    const { own, near, focus, marks } = this.data;
    if (focus !== null) {
      context.strokeStyle = marks.near;
      context.lineWidth = 1.5;
      const [x, y] = this.at(focus, width, height);
      for (const one of near) {
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(...this.at(one, width, height));
        context.stroke();
      }
    }
    const dot = (number, colour, radius) => {
      context.fillStyle = colour;
      context.beginPath();
      context.arc(...this.at(number, width, height), radius, 0, 2 * Math.PI);
      context.fill();
    };
    for (const one of own) dot(one, marks.own, 4.5);
    for (const one of near) dot(one, marks.near, 4.5);
    if (focus !== null) dot(focus, marks.focus, 7);
    for (const one of this.chosen) dot(one, this.theme.accent, 3.5);
  }

  /** Names of marked words, then of regions or, close by, of words, the commonest first. */
  paintNames(context, width, height) {
    const { names, regions, font } = this.data;
    const taken = new Names();
    const { offsetLeft, offsetWidth, offsetHeight } = this.tools;
    taken.take(offsetLeft + offsetWidth / 2, 8 + offsetHeight / 2, offsetWidth, offsetHeight);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = this.theme.background;
    const write = (text, middle, top, style, colour) => {
      if (middle < 0 || middle > width || top < 0 || top > height) return false;
      context.font = `${style} ${this.theme.font}`;
      const wide = context.measureText(text).width;
      const left = Math.max(wide / 2 + 6, Math.min(middle, width - wide / 2 - 6)); // whole, also at the edge
      if (!taken.take(left, top, wide + 8, font * 1.25)) return false;
      context.strokeText(text, left, top);
      context.fillStyle = colour;
      context.fillText(text, left, top);
      return true;
    };
    for (const one of this.special) {
      const [left, top] = this.at(one, width, height);
      write(names[one], left, top - font, one === this.data.focus ? `bold ${font + 2}px` : `${font}px`, this.theme.ink);
    }
    if (names.length > MOST_NAMES && this.view.scale < CLOSE * this.home.scale) {
      for (const { name, x, y } of regions) write(name, ...place(this.view, x, y, width, height), `bold ${font}px`, this.theme.ink);
      return;
    }
    let written = 0;
    for (let one = 0; one < names.length && written < MOST_NAMES; one += 1) {
      const [left, top] = this.at(one, width, height);
      if (left < 0 || left > width || top < 0 || top > height || this.special.has(one)) continue;
      if (write(names[one], left, top - font * 0.8, `${font - 2}px`, this.theme.soft)) written += 1;
    }
  }

  paintLine(context, width, height) {
    context.strokeStyle = this.theme.accent;
    context.lineWidth = 2;
    context.beginPath();
    this.line?.forEach(([x, y]) => context.lineTo(...place(this.view, x, y, width, height)));
    context.closePath();
    context.stroke();
  }

  fit() {
    this.fitting = true;
    this.request();
  }

  zoom(factor, left = this.size[0] / 2, top = this.size[1] / 2) {
    if (!this.view) return;
    const scale = this.view.scale * factor;
    if (scale < this.home.scale / 2 || scale > FURTHEST * this.home.scale) return;
    this.view = zoomed(this.view, factor, left, top, ...this.size);
    this.request();
  }

  pan(right, down) {
    if (!this.view) return;
    this.view = { ...this.view, x: this.view.x - right / this.view.scale, y: this.view.y + down / this.view.scale };
    this.request();
  }

  /** The map's coordinates under the pointer. @returns {[number, number]} */
  under(event) {
    const [width, height] = this.size;
    return [this.view.x + (event.offsetX - width / 2) / this.view.scale, this.view.y - (event.offsetY - height / 2) / this.view.scale];
  }

  press(event) {
    if (!this.view) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.tracing = Boolean(this.drawing || event.shiftKey);
    if (this.tracing) this.line = [this.under(event)];
    this.point(-1);
  }

  move(event) {
    const held = this.pointers.get(event.pointerId);
    if (!held) {
      this.hover(event);
      return;
    }
    const now = [event.offsetX, event.offsetY];
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other) {
      const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
      this.pan((now[0] - held[0]) / 2, (now[1] - held[1]) / 2);
      this.zoom(apart(now) / apart(held), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (this.tracing) {
      this.line?.push(this.under(event));
      this.request();
    } else if (event.pointerType === "touch") {
      this.sayHow();
    } else {
      this.pan(now[0] - held[0], now[1] - held[1]);
    }
  }

  /** One finger scrolls the page, which a phone shows little of beside the map; two, or one that draws, are the map's. */
  touch(event) {
    if (event.cancelable && (this.drawing || event.touches.length > 1)) event.preventDefault();
  }

  sayHow() {
    this.hint.textContent = t("Two fingers move and zoom the map.");
    this.hint.hidden = false;
    clearTimeout(this.said);
    this.said = setTimeout(() => { this.hint.hidden = true; }, READ);
  }

  release(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (event.type === "pointercancel" && !this.pointers.size) this.sayHow(); // the page has the finger
    if (!this.tracing) return;
    this.tracing = false;
    const found = this.line && this.line.length > 2 ? inside(this.points, this.line).slice(0, MOST_CHOSEN) : [];
    this.line = found.length ? this.line : null;
    this.chosen = new Set(found);
    this.setStateValue("chosen", found);
    this.request();
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.offsetX, event.offsetY);
  }

  key(event) {
    const far = 40;
    const what = {
      ArrowLeft: () => this.pan(far, 0), ArrowRight: () => this.pan(-far, 0),
      ArrowUp: () => this.pan(0, far), ArrowDown: () => this.pan(0, -far),
      "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP), 0: () => this.fit(),
    }[event.key];
    if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    what();
  }

  hover(event) {
    if (!this.view) return;
    const [x, y] = this.under(event);
    let [nearest, least] = [-1, (NEAR / this.view.scale) ** 2];
    for (let at = 0; at < this.points.length; at += 2) {
      const far = (this.points[at] - x) ** 2 + (this.points[at + 1] - y) ** 2;
      if (far < least) [nearest, least] = [at / 2, far];
    }
    this.point(nearest);
  }

  /** Name the word that is pointed at; -1 for none. */
  point(number) {
    this.tip.hidden = number < 0;
    if (number < 0) return;
    const [width, height] = this.size;
    const [left, top] = this.at(number, width, height);
    this.tip.textContent = this.data.names[number];
    this.tip.style.transform = `translate(calc(${left}px - 50%), calc(${top}px - 150%))`;
  }

  save() {
    this.canvas.toBlob((blob) => saveFile(blob, "word-map.png"));
  }

  close() {
    this.resized.disconnect();
    if (this.asked) cancelAnimationFrame(this.asked);
    clearTimeout(this.said);
    this.root.remove();
  }
}

export default function map({ parentElement, data, setStateValue }) {
  return mountView(parentElement, "seqscopeMap", WordMap, (view) => view.adopt(data, setStateValue));
}
