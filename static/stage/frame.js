// The frame around a lane: header, picture over time, picture of the step, table.

import { boundText, shapeText } from "./text.js";
import { button, element, fitCanvas, setLabel, sizeCanvas } from "./dom.js";
import { cssColour } from "./colours.js";
import { drawVeil } from "./lane_draw.js";
import { t } from "./words.js";

/** @import { StageLook } from "./look.js" */
/** @import { Lane, UnitOf } from "./contract.js" */

/** One lane on the page. Holds no data of its own: `adopt` gives it a (new) lane object. */
export class Frame {
  /** @type {Lane} */ lane;
  timeSize = { width: 0, height: 0 };
  inSight = true;
  late = { time: false, step: false }; // pictures not painted yet, being out of sight
  step = 0;
  tableOpen = false;

  /** @param {StageLook} look */
  constructor(look) {
    this.look = look;
    this.title = element("div", { class: "lane-title" });
    this.symbol = element("var", { class: "lane-symbol" });
    this.shape = element("span", { class: "lane-shape" });
    this.legend = element("span", { class: "legend" });
    this.low = element("span", { class: "legend-bound" });
    this.ramp = element("span", { class: "legend-ramp", "aria-hidden": "true" });
    this.high = element("span", { class: "legend-bound" });
    this.legend.append(this.low, this.ramp, this.high);
    this.tableButton = button(t("Show as a table"), { icon: "table", className: "small", "aria-pressed": "false" });
    this.headNode = element("header", { class: "lane-head" }, [
      this.title, this.symbol, this.shape, element("span", { class: "spacer" }), this.legend, this.tableButton,
    ]);
    this.time = element("canvas", { class: "time", "aria-hidden": "true" });
    this.mark = element("div", { class: "row-mark", hidden: true });
    this.nowCanvas = element("canvas", { class: "now", "aria-hidden": "true" });
    this.body = element("div", { class: "lane-body" }, [this.time, this.mark, this.nowCanvas]);
    this.dom = element("div", { class: "lane-dom", hidden: true });
    this.tableNode = element("div", { class: "lane-table", hidden: true, tabindex: "0", role: "group" });
    this.node = element("section", { class: "lane", role: "group" }, [this.headNode, this.body, this.dom, this.tableNode]);
    this.tableButton.addEventListener("click", () => this.toggleTable());
  }

  /** Take over a lane object; the frame's own state (table open) stays. */
  adopt(/** @type {Lane} */ lane, /** @type {string} */ kind) {
    this.lane = lane;
    const { head } = lane;
    this.node.dataset.kind = kind;
    this.node.dataset.name = head.symbol || kind; // what tours and links call it
    this.node.setAttribute("aria-label", `${head.title}${head.shape.length ? ` ${shapeText(head.shape)}` : ""}`);
    this.title.textContent = head.title;
    this.symbol.textContent = head.symbol || "";
    this.symbol.hidden = !head.symbol;
    this.symbol.dataset.symbol = head.symbol || "";
    this.drawShape();
    this.tableButton.hidden = !lane.table;
    setLabel(this.tableButton, t("Show {title} as a table", { title: head.title }));
    this.tableNode.setAttribute("aria-label", t("{title}, table", { title: head.title }));
    this.body.hidden = !lane.height;
    this.dom.hidden = !lane.mount;
    if (lane.mount) {
      this.dom.replaceChildren();
      lane.mount(this.dom);
    }
  }

  drawShape() {
    const { shape } = this.lane.head;
    this.shape.replaceChildren();
    this.shape.hidden = !shape.length;
    if (!shape.length) return;
    this.shape.append("(");
    shape.forEach(([name, size], place) => {
      if (place) this.shape.append(", ");
      const axis = element("span", { class: "axis", text: name, "data-axis": name });
      const colour = this.look.theme.axis(name);
      if (colour) axis.style.color = colour;
      this.shape.append(axis, `=${size}`);
    });
    this.shape.append(")");
  }

  drawLegend() {
    const { legend } = this.lane.head;
    this.legend.hidden = !legend;
    if (!legend) return;
    this.low.textContent = boundText(legend.low);
    this.high.textContent = `${boundText(legend.high)}${legend.units ? ` ${legend.units}` : ""}`;
    const { layout: { phone, scale }, theme } = this.look;
    this.ramp.style.width = `${Math.round((phone ? 44 : 84) * scale)}px`;
    this.ramp.style.height = `${Math.round(10 * scale)}px`;
    this.ramp.style.background = `linear-gradient(to right, ${theme.colours[legend.map].map((colour) => cssColour(colour)).join(", ")})`;
  }

  /** Sizes of the two pictures on this layout, in CSS pixels. */
  sizes() {
    const { lane, look: { layout } } = this;
    const height = lane.height ? lane.height(layout) : 0;
    const wanted = lane.now ? lane.now(layout) : null;
    const beside = wanted && layout.nowInside;
    const below = wanted && !layout.nowInside && wanted.below;
    return {
      time: { width: layout.gutter + layout.plot, height },
      now: beside ? { width: layout.now, height: wanted.height } : below ? { width: layout.width, height: wanted.height } : null,
    };
  }

  /** Be as high as when painted. */
  size(step) {
    const { time, now } = this.sizes();
    this.lane.update?.(step);
    if (this.lane.height) sizeCanvas(this.time, time.width, time.height);
    this.nowCanvas.hidden = !now;
    if (now) sizeCanvas(this.nowCanvas, now.width, now.height);
  }

  /** Paint what depends on the step, or on the page of time it is on, where in sight; or the whole view. */
  paint(step, /** @type {"step"|"page"|"view"} */ what) {
    this.step = step;
    this.lane.update?.(step);
    this.late.step = true;
    this.late.time ||= what !== "step" || Boolean(this.lane.live);
    if (what === "view" || this.inSight) this.catchUp();
  }

  see(inSight) {
    this.inSight = inSight;
    if (inSight) this.catchUp();
  }

  catchUp() {
    if (this.late.time) this.paintTime();
    if (this.late.step) this.paintNow();
    this.late = { time: false, step: false };
  }

  /** What follows once a step has stood for a moment. */
  settle() {
    this.catchUp();
    this.fillTable();
  }

  paintTime() {
    if (!this.lane.height) return;
    this.timeSize = this.sizes().time;
    const g = fitCanvas(this.time, this.timeSize.width, this.timeSize.height);
    g.save();
    this.drawTime(g, this.timeSize, this.step);
    g.restore();
  }

  /** The picture over time, and the veil over what is asked for. */
  drawTime(/** @type {import("./contract.js").Canvas2D} */ g, size, step) {
    const { theme, view, data: { covered } } = this.look;
    this.lane.drawTime?.(g, view, size, step);
    const from = covered[this.look.frames.indexOf(this)] ?? Infinity;
    if (from < view.clock.steps) drawVeil(g, view, size.height, view.x(view.clock.edges[from]), theme);
  }

  paintNow() {
    const { now } = this.sizes();
    this.nowCanvas.hidden = !now;
    if (!now) return;
    const g = fitCanvas(this.nowCanvas, now.width, now.height);
    g.save();
    this.lane.drawNow?.(g, now, this.step);
    g.restore();
  }

  /** Stand out if this tensor has the axis or symbol of that name. */
  light(name) {
    const { symbol, shape } = this.lane.head;
    const has = Boolean(name) && (symbol === name || shape.some(([axis]) => axis === name));
    this.node.classList.toggle("lit", has);
    this.lane.light?.(name);
    for (const axis of /** @type {HTMLElement[]} */ ([...this.shape.children])) axis.classList.toggle("on", axis.dataset.axis === name);
  }

  /** Show where a unit's row is, in every lane that has it. */
  markRow(/** @type {UnitOf|null} */ hovered) {
    const { units, rowOf } = this.lane;
    const has = hovered && units && rowOf && units.axis === hovered.axis && hovered.unit < units.count;
    const at = has ? rowOf(hovered.unit) : null;
    this.mark.hidden = !at;
    if (!at) return;
    const each = this.timeSize.height / at.rows;
    this.mark.style.transform = `translateY(${at.row * each}px)`;
    this.mark.style.height = `${Math.max(each, 3)}px`;
    this.mark.style.left = `${this.look.layout.gutter}px`;
    this.mark.style.width = `${this.look.layout.plot}px`;
  }

  toggleTable() {
    this.tableOpen = !this.tableOpen;
    this.tableButton.setAttribute("aria-pressed", String(this.tableOpen));
    this.tableNode.hidden = !this.tableOpen;
    this.fillTable();
  }

  fillTable() {
    if (!this.tableOpen || !this.lane.table) return;
    const { caption, columns, rows, current = -1 } = this.lane.table(this.step);
    const cell = (tag, text, place, scope) => element(tag, { text, scope, class: place === current ? "current" : false });
    const table = element("table", {}, [
      element("caption", { text: caption }),
      element("thead", {}, [element("tr", {}, columns.map((text, place) => cell("th", text, place, "col")))]),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((text, place) =>
        cell(place ? "td" : "th", text, place, place ? false : "row"))))),
    ]);
    const { scrollTop, scrollLeft } = this.tableNode;
    this.tableNode.replaceChildren(table);
    this.tableNode.scrollTop = scrollTop;
    this.tableNode.scrollLeft = scrollLeft;
  }
}
