// Curves by epoch while a run moves. Each redraw is one canvas and a few short texts: the page
// keeps its frames, and what is pointed at stays.

import { make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { fitCanvas, setText, wholePixel } from "../stage/dom.js";
import { readTheme } from "../stage/theme.js";
import { nearest, roundTicks, scaleOf } from "./plot.js";

const DASH = { solid: [], dash: [9, 6], dot: [3, 4] };
const BORDER = { solid: "solid", dash: "dashed", dot: "dotted" }; // the same in the legend

class Curves {
  /** @type {any} what Python sends, see ui/parts/charts.py */ data;
  /** @type {number | null} CSS pixels from the left */ pointed = null;
  /** @type {number | undefined} the next painting */ asked;

  constructor(parent) {
    this.legend = make("div", "legend");
    this.canvas = make("canvas");
    this.canvas.setAttribute("role", "img");
    this.tip = make("div", "tip");
    this.tip.hidden = true;
    this.root = make("div", "curves", undefined, [this.legend, this.canvas, this.tip]);
    parent.append(this.root);
    this.resized = new ResizeObserver(() => this.request());
    this.resized.observe(this.root);
    this.canvas.addEventListener("pointermove", (event) => this.point(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
  }

  adopt(data) {
    this.data = data;
    this.root.style.height = `${data.height}px`;
    this.root.style.fontSize = `${data.font}px`;
    this.canvas.setAttribute("aria-label", data.alt);
    const names = JSON.stringify([data.lines.map(({ name }) => name), data.colours]);
    if (names !== this.names) {
      this.names = names;
      this.legend.replaceChildren(...data.lines.map(({ name }, place) => {
        const swatch = make("span", "swatch");
        const { colour, dash } = this.look(place);
        swatch.style.borderTop = `3px ${BORDER[dash]} ${colour}`;
        return make("span", "", undefined, [swatch, name]);
      }));
    }
    this.request();
  }

  look(place) {
    const { colours, dashes } = this.data;
    return { colour: colours[place % colours.length], dash: dashes[place % dashes.length] };
  }

  request() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = undefined;
      this.paint();
    });
  }

  point(x) {
    this.pointed = x;
    this.request();
  }

  paint() {
    const width = this.root.clientWidth;
    const height = this.root.clientHeight - this.legend.offsetHeight;
    if (!this.data || !width || height < 60) return;
    const { lines, epochs, what, share, log, levels, marks, font, across } = this.data;
    const theme = readTheme(this.root);
    const pen = fitCanvas(this.canvas, width, height);
    pen.font = `${font}px ${theme.font}`;
    const [top, low] = [font / 2 + 2, height - 2.9 * font];
    const all = [...lines.flatMap(({ values }) => values), ...Object.values(levels)];
    const scale = scaleOf(all, { share, log }, Math.max(2, Math.round((low - top) / (3.2 * font))));
    const names = scale.ticks.map((tick) => (share ? `${Math.round(100 * tick)}%` : log ? `${Number(10 ** tick)}` : `${tick}`));
    const left = 1.9 * font + Math.max(...names.map((name) => pen.measureText(name).width));
    const right = width - 8;
    const x = (epoch) => left + ((epoch - 1) / (Math.max(2, epochs) - 1)) * (right - left);
    const y = (value) => low - (((log ? Math.log10(value) : value) - scale.low) / (scale.high - scale.low)) * (low - top);

    pen.fillStyle = theme.soft;
    pen.strokeStyle = theme.line;
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    scale.ticks.forEach((tick, k) => {
      const at = wholePixel(low - ((tick - scale.low) / (scale.high - scale.low)) * (low - top));
      this.stroke(pen, [[left, at], [right, at]]);
      pen.fillText(names[k], left - 0.5 * font, at);
    });
    pen.textBaseline = "alphabetic";
    pen.textAlign = "center";
    for (const epoch of roundTicks(1, Math.max(2, epochs), Math.max(2, Math.round((right - left) / (5 * font))))) {
      if (!Number.isInteger(epoch)) continue;
      const half = pen.measureText(`${epoch}`).width / 2;
      pen.fillText(`${epoch}`, Math.min(x(epoch), width - half), low + 1.25 * font);
    }
    pen.fillText(across, (left + right) / 2, height - 0.3 * font);
    pen.save();
    pen.translate(0.85 * font, (top + low) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(what, 0, 0);
    pen.restore();

    pen.lineWidth = 1.5;
    pen.strokeStyle = theme.soft;
    pen.setLineDash(DASH.dash);
    for (const value of Object.values(levels)) this.stroke(pen, [[left, y(value)], [right, y(value)]]);
    pen.setLineDash(DASH.dot);
    for (const epoch of Object.values(marks)) this.stroke(pen, [[x(epoch), top], [x(epoch), low]]);
    lines.forEach(({ values, at }, place) => {
      const { colour, dash } = this.look(place);
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = 3;
      pen.setLineDash(DASH[dash]);
      if (values.length > 1) this.stroke(pen, values.map((value, k) => [x(at[k]), y(value)]));
      else for (const value of values) pen.fillRect(x(at[0]) - 3, y(value) - 3, 6, 6);
    });
    pen.setLineDash([]);
    // The highest is named above its line, others below: two may lie close.
    const highest = Math.max(...Object.values(levels));
    for (const [name, value] of Object.entries(levels)) this.write(pen, theme, name, right, y(value) + (value === highest ? -4 : font), "right");
    for (const [name, epoch] of Object.entries(marks)) {
      const after = x(epoch) + pen.measureText(name).width + 4 < right;
      this.write(pen, theme, name, x(epoch) + (after ? 4 : -4), low - 4, after ? "left" : "right");
    }
    this.tell(pen, theme, { x, left, right, top, low });
  }

  stroke(pen, points) {
    pen.beginPath();
    for (const [left, top] of points) pen.lineTo(left, top);
    pen.stroke();
  }

  /** A name over what is drawn. */
  write(pen, theme, text, left, top, align) {
    pen.textAlign = align;
    pen.lineWidth = 4;
    pen.strokeStyle = theme.background;
    pen.strokeText(text, left, top);
    pen.fillStyle = theme.soft;
    pen.fillText(text, left, top);
  }

  /** Name the epoch that is pointed at, and what each line has there. */
  tell(pen, theme, { x, left, right, top, low }) {
    const { lines, epochs, share, across } = this.data;
    const drawn = lines.filter(({ values }) => values.length);
    this.tip.hidden = this.pointed === null || !drawn.length || this.pointed < left || this.pointed > right;
    if (this.tip.hidden) return;
    const asked = 1 + ((Number(this.pointed) - left) / (right - left)) * (Math.max(2, epochs) - 1);
    const longest = drawn.reduce((one, other) => (other.at.length > one.at.length ? other : one)).at;
    const epoch = longest[nearest(longest, asked)];
    pen.strokeStyle = theme.soft;
    pen.lineWidth = 1;
    this.stroke(pen, [[x(epoch), top], [x(epoch), low]]);
    const said = drawn.map(({ name, values, at }) => {
      const value = values[nearest(at, epoch)];
      return `${name}: ${share ? `${(100 * value).toFixed(1)}%` : value.toPrecision(4)}`;
    });
    setText(this.tip, [`${across} ${epoch}`, ...said].join("\n"));
    const beside = x(epoch) + 10 + this.tip.offsetWidth < right ? x(epoch) + 10 : x(epoch) - 10 - this.tip.offsetWidth;
    this.tip.style.transform = `translate(${Math.max(0, beside)}px, ${this.legend.offsetHeight + top}px)`;
  }

  close() {
    this.resized.disconnect();
    if (this.asked) cancelAnimationFrame(this.asked);
    this.root.remove();
  }
}

export default function curves({ parentElement, data }) {
  return mountView(parentElement, "seqscopeCurves", Curves, (view) => view.adopt(data));
}
