// A sentence as one-hot vectors, the matrix E, and the rows that are read, all to one scale:
// pointing at a 1 shows its row of E and where that row goes.

import { make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { fitCanvas } from "../stage/dom.js";

const PER = [1000, 2000, 2500, 5000, 10000]; // numbers beside each other, in a strip
const HIGHEST = 460; // px, of all strips together
const GAP = 3; // px, between one-hot vectors and their part of E
const APART = 12; // px, between strips
const NEAR = 14; // px, from a 1
const RING = 5; // px, around the one that is pointed at

class OneHotView {
  constructor(root) {
    this.node = make("div", "onehot");
    root.append(this.node);
    this.chosen = 0;
    this.resize = new ResizeObserver(() => this.paint());
    this.resize.observe(this.node);
  }

  close() {
    this.resize.disconnect();
    this.node.remove();
  }

  adopt(data) {
    const same = JSON.stringify(data);
    if (same === this.shown) return this.paint();
    this.shown = same;
    this.data = data;
    this.node.classList.toggle("presenter", data.presenter);
    this.buttons = data.words.map((word, k) => {
      const button = make("button", "word", word);
      button.type = "button";
      for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, () => this.choose(k));
      return button;
    });
    this.canvas = make("canvas", "strips");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", data.label);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.small = make("canvas", "block");
    this.large = make("canvas", "large");
    for (const one of [this.small, this.large]) one.setAttribute("aria-hidden", "true");
    this.caption = make("p", "said");
    this.caption.setAttribute("aria-live", "polite");
    const reading = make("div", "reading", undefined, [
      make("div", "", undefined, [make("p", "", data.block), this.small]),
      make("div", "grown", undefined, [make("p", "", data.enlarged), this.large]),
    ]);
    this.node.replaceChildren(make("div", "words", undefined, this.buttons), this.canvas, this.caption, reading);
    this.choose(Math.min(this.chosen, data.words.length - 1));
  }

  choose(k) {
    this.chosen = k;
    this.buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(n === k)));
    const { words, indices, said, none } = this.data;
    const place = indices[k];
    this.caption.textContent = place ? said[k] : none.replace("{word}", words[k] ?? "");
    this.paint();
  }

  /** Sizes in CSS pixels: of a number, of the strips. */
  plan() {
    const { maxlen, vocabulary, length } = this.data;
    const width = Math.max(this.node.clientWidth, 280);
    const of = (per) => {
      const cell = width / per;
      const strip = (maxlen + length) * cell + GAP + APART;
      return { per, cell, strip, width, height: Math.ceil(vocabulary / per) * strip + RING };
    };
    return PER.map(of).find(({ height }) => height <= HIGHEST) || of(PER.at(-1));
  }

  /** Where the 1 of word k is drawn. */
  one(k, { per, cell, strip }) {
    const at = this.data.indices[k] - 1;
    return { x: ((at % per) + 0.5) * cell, y: RING + Math.floor(at / per) * strip + (k + 0.5) * cell };
  }

  point(event) {
    const plan = this.plan();
    let best = -1;
    let least = NEAR;
    for (const [k, place] of this.data.indices.entries()) {
      if (!place) continue;
      const { x, y } = this.one(k, plan);
      const aside = Math.abs(x - event.offsetX);
      // At the 1 itself, or at its row of E below.
      const below = event.offsetY > y && event.offsetY < y + plan.strip - APART;
      const distance = below ? aside : Math.hypot(aside, y - event.offsetY);
      if (distance < least) [best, least] = [k, distance];
    }
    if (best >= 0 && best !== this.chosen) this.choose(best);
  }

  paint() {
    if (!this.data || !this.node.clientWidth) return;
    const { maxlen, vocabulary, length, indices, rows, colours } = this.data;
    const plan = this.plan();
    const ink = getComputedStyle(this.node).color;
    const pen = fitCanvas(this.canvas, plan.width, plan.height);
    for (let at = 0, y = RING; at < vocabulary; at += plan.per, y += plan.strip) {
      const wide = Math.min(plan.per, vocabulary - at) * plan.cell;
      pen.globalAlpha = 0.28;
      pen.fillStyle = colours[0];
      pen.fillRect(0, y, wide, maxlen * plan.cell);
      pen.fillStyle = colours[1];
      pen.fillRect(0, y + maxlen * plan.cell + GAP, wide, length * plan.cell);
    }
    pen.globalAlpha = 1;
    indices.forEach((place, k) => {
      if (!place) return;
      const { x, y } = this.one(k, plan);
      const on = k === this.chosen;
      const top = RING + Math.floor((place - 1) / plan.per) * plan.strip + maxlen * plan.cell + GAP;
      pen.fillStyle = on ? ink : colours[1];
      const thick = on ? 3 : Math.max(1, plan.cell);
      pen.fillRect(x - thick / 2, top, thick, length * plan.cell);
      pen.fillStyle = on ? ink : colours[0];
      pen.beginPath();
      pen.arc(x, y, on ? RING : RING / 2, 0, 2 * Math.PI);
      pen.fill();
    });
    this.paintBlock(fitCanvas(this.small, length * plan.cell, maxlen * plan.cell), plan.cell, plan.cell, ink, rows);
    const wide = Math.max(2, Math.min(14, (this.large.parentElement.clientWidth - 2) / length));
    this.paintBlock(fitCanvas(this.large, length * wide, maxlen * 14), wide, 14, ink, rows);
  }

  /** The rows as they are read, one below the other; a number's colour is its sign. */
  paintBlock(pen, wide, high, ink, rows) {
    const { maxlen, length, colours } = this.data;
    pen.fillStyle = colours[1];
    pen.globalAlpha = 0.15;
    pen.fillRect(0, 0, length * wide, maxlen * high);
    const largest = Math.max(1e-6, ...rows.flat().map(Math.abs));
    rows.forEach((row, k) => row.forEach((number, at) => {
      pen.globalAlpha = Math.min(1, 0.1 + (1.4 * Math.abs(number)) / largest);
      pen.fillStyle = colours[number < 0 ? 0 : 1];
      pen.fillRect(at * wide, k * high, wide, high);
    }));
    pen.globalAlpha = 1;
    pen.strokeStyle = ink;
    if (high > 4) pen.strokeRect(0.5, this.chosen * high + 0.5, length * wide - 1, high - 1);
  }
}

export default function mountOneHot({ parentElement, data }) {
  return mountView(parentElement, "onehot", OneHotView, (view) => view.adopt(data));
}
