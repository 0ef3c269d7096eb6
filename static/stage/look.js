// How a stage looks: sizes, theme, the stretch of time on screen, and the painting of lanes.

import { Frame } from "./frame.js";
import { View, makeLayout, pixelsPerSecond } from "./scales.js";
import { contrast, parseColour } from "./colours.js";
import { contextOf, element, wholePixel } from "./dom.js";
import { fitText } from "./text.js";
import { readTheme } from "./theme.js";

/** @import { StageData } from "./data.js" */
/** @import { Layout, Theme } from "./contract.js" */

export class StageLook {
  /** @type {Theme} */ theme;
  /** @type {Layout} */ layout;
  /** @type {View} */ view;
  /** @type {Frame[]} one for each lane */ frames = [];
  onAccent = "#fff";
  dragging = false;
  scale = 1;
  room = 1; // the part of their height that lanes have
  pps = 1;
  zoom = 1;

  /** @param {HTMLElement} root  @param {StageData} data */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.band = element("div", { class: "band" });
    this.head = element("div", { class: "playhead" });
    this.clip = element("div", { class: "clip", "aria-hidden": "true" }, [this.band, this.head]);
    this.node = element("div", { class: "lanes" }, [this.clip]);
    this.measurer = contextOf(document.createElement("canvas"));
    // A moving playhead, and the page it turns, repaint only the lanes in sight; the others catch up.
    this.sight = new IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) {
        const frame = this.frames.find((each) => each.node === target);
        if (frame) frame.see(isIntersecting);
      }
    }, { rootMargin: "100px 0px" });
  }

  /** Give each lane its frame; `begin` is called with each new one. */
  adopt(begin) {
    const { lanes, shown } = this.data;
    for (const frame of this.frames.splice(lanes.length)) {
      this.sight.unobserve(frame.node);
      frame.node.remove();
    }
    lanes.forEach((lane, place) => {
      if (!this.frames[place]) {
        const frame = new Frame(this);
        this.frames.push(frame);
        this.node.append(frame.node);
        this.sight.observe(frame.node);
        begin(frame);
      }
      this.frames[place].adopt(lane, shown.lanes[place].kind);
    });
  }

  readTheme() {
    this.scale = Number.parseFloat(getComputedStyle(this.root).getPropertyValue("--scale")) || 1;
    const theme = readTheme(this.root);
    if (this.theme?.key === theme.key) return;
    this.theme = theme;
    const on = (rgb) => contrast(parseColour(theme.accent) ?? rgb, rgb);
    this.onAccent = on([255, 255, 255]) >= on([20, 22, 28]) ? "#fff" : "#14161c";
    for (const frame of this.frames) frame.drawShape();
  }

  get width() {
    return Math.floor(this.node.getBoundingClientRect().width);
  }

  /** Lay everything out anew; false while the stage has no width. */
  relayout() {
    const { width, data: { clock, lanes, payload } } = this;
    if (!width) return false;
    const layout = makeLayout(width, { scale: this.scale, compact: payload.compact, room: this.room });
    this.layout = layout;
    this.root.classList.toggle("wide", layout.nowInside);
    this.measurer.font = `600 ${layout.font}px ${this.theme.font}`;
    const wanted = lanes.map((lane) => lane.minStep?.(layout) ?? 0);
    this.pps = pixelsPerSecond(clock, layout.plot, Math.max((layout.phone ? 11 : 9) * layout.scale, ...wanted), this.zoom);
    this.setView(this.view ? this.view.from : clock.start);
    for (const frame of this.frames) frame.drawLegend();
    this.clip.style.left = `${layout.gutter}px`;
    this.clip.style.width = `${layout.plot}px`;
    return true;
  }

  setView(from) {
    this.view = new View(this.data.clock, this.layout, this.pps, from);
  }

  /** Show more or less time around this second. */
  zoomBy(factor, seconds) {
    this.zoom = Math.min(8, Math.max(0.05, this.zoom * factor));
    const fits = this.layout.plot / this.data.clock.duration;
    const before = this.pps;
    this.relayout();
    if (factor < 1 && this.pps === fits && before === fits) this.zoom /= factor;
    this.setView(seconds - (this.layout.plot / this.pps) * 0.4);
  }

  /** Turn the page when the playhead leaves it; whether that was so. */
  follow(seconds) {
    // Only when it moves, so that a reader may look elsewhere while it stands still.
    if (this.dragging || seconds === this.followed) return false;
    this.followed = seconds;
    const from = this.view.follow(seconds);
    if (Math.abs(from - this.view.from) * this.view.pps <= 0.5) return false;
    this.setView(from);
    return true;
  }

  /** The first and the last step that are wholly on screen. */
  wholeSteps() {
    const { from, first, last, whole, clock } = this.view;
    const start = from <= clock.edges[first] + 1e-9 ? first : Math.min(first + 1, last);
    return [start, whole ? last : Math.max(start, last - 1)];
  }

  measure(text) {
    return this.measurer.measureText(text).width;
  }

  fit(text, width) {
    return fitText(text, width, (part) => this.measure(part));
  }

  /** Have the height it has when painted, which takes long. */
  size(step) {
    for (const frame of this.frames) frame.size(step);
  }

  // -- painting -----------------------------------------------------------------------

  /** Paint the lanes at a step, and what else has changed since. */
  paint(step, /** @type {"step"|"page"|"view"} */ what) {
    for (const frame of this.frames) frame.paint(step, what);
  }

  /** Put the playhead at this second of the step. */
  placeHead(seconds, step) {
    const { view, data: { clock } } = this;
    const at = (second) => wholePixel(view.x(second) - view.left);
    const x0 = at(clock.edges[step]);
    this.head.style.transform = `translateX(${at(seconds)}px)`;
    this.band.style.transform = `translateX(${x0}px)`;
    this.band.style.width = `${at(clock.edges[step + 1]) - x0}px`;
  }

  /** Paint what was left out while the playhead moved, and the tables. */
  settle() {
    for (const frame of this.frames) frame.settle();
  }

  /** Show where the row of this unit is, in every lane that has it. */
  markRows(unit) {
    for (const frame of this.frames) frame.markRow(unit);
  }

  /** Light every tensor that has this axis or symbol. */
  light(name) {
    for (const frame of this.frames) frame.light(name);
  }

  close() {
    this.sight.disconnect();
  }
}
