// The frame around a lane: header, picture over time, picture of the step, table.

import { boundText, shapeText } from "./text.js";
import { button, element, fitCanvas, setLabel } from "./dom.js";
import { cssColour } from "./colours.js";
import { t } from "./words.js";

/** One lane on the page. Holds no data of its own: `adopt` gives it a (new) lane object. */
export class Frame {
  constructor(stage) {
    this.stage = stage;
    this.title = element("div", { class: "lane-title" });
    this.symbol = element("var", { class: "lane-symbol" });
    this.shape = element("span", { class: "lane-shape" });
    this.legend = element("span", { class: "legend" });
    this.low = element("span", { class: "legend-bound" });
    this.ramp = element("canvas", { class: "legend-ramp", "aria-hidden": "true" });
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
    this.tableNode = element("div", { class: "lane-table", hidden: true, tabindex: "0", role: "region" });
    this.node = element("section", { class: "lane" }, [this.headNode, this.body, this.dom, this.tableNode]);
    this.tableButton.addEventListener("click", () => this.toggleTable());
    this.tableOpen = false;
    this.tableDue = 0;
  }

  /** Take over a lane object; the frame's own state (table open) stays. */
  adopt(lane, data) {
    this.lane = lane;
    const { head } = lane;
    this.node.dataset.kind = data.kind;
    this.node.dataset.name = head.symbol || data.kind; // what tours and links call it
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
      const colour = this.stage.theme.axis(name);
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
    const colours = this.stage.theme.colours[legend.map];
    const width = Math.round((this.stage.layout.phone ? 44 : 84) * this.stage.layout.scale);
    const height = Math.round(10 * this.stage.layout.scale);
    const g = fitCanvas(this.ramp, width, height);
    for (let x = 0; x < width; x += 1) {
      g.fillStyle = cssColour(colours[Math.round((255 * x) / (width - 1))]);
      g.fillRect(x, 0, 1.5, height);
    }
  }

  /** Sizes of the two pictures on this layout, in CSS pixels. */
  sizes() {
    const { lane, stage: { layout } } = this;
    const height = lane.height ? lane.height(layout) : 0;
    const wanted = lane.now ? lane.now(layout) : null;
    const beside = wanted && layout.nowInside;
    const below = wanted && !layout.nowInside && wanted.below;
    return {
      time: { width: layout.gutter + layout.plot, height },
      now: beside ? { width: layout.now, height: wanted.height } : below ? { width: layout.width, height: wanted.height } : null,
    };
  }

  drawTime(step) {
    if (!this.lane.height) return;
    const { time } = this.sizes();
    this.timeSize = time;
    const g = fitCanvas(this.time, time.width, time.height);
    g.save();
    this.lane.drawTime(g, this.stage.view, time, step);
    g.restore();
  }

  drawNow(step) {
    if (this.lane.update) this.lane.update(step);
    if (!this.lane.drawNow) {
      this.nowCanvas.hidden = true;
      return;
    }
    const { now } = this.sizes();
    this.nowCanvas.hidden = !now;
    if (!now) return;
    const g = fitCanvas(this.nowCanvas, now.width, now.height);
    g.save();
    this.lane.drawNow(g, now, step);
    g.restore();
  }

  /** Stand out if this tensor has the axis or symbol of that name. */
  light(name) {
    const { symbol, shape } = this.lane.head;
    const has = Boolean(name) && (symbol === name || shape.some(([axis]) => axis === name));
    this.node.classList.toggle("lit", has);
    if (this.lane.light) this.lane.light(name);
    for (const axis of this.shape.querySelectorAll(".axis")) axis.classList.toggle("on", axis.dataset.axis === name);
  }

  /** Show where a unit's row is, in every lane that has it. */
  markRow(hovered) {
    const { lane } = this;
    const has = hovered && lane.units && lane.units.axis === hovered.axis && hovered.unit < lane.units.count;
    this.mark.hidden = !has;
    if (!has) return;
    const each = this.timeSize.height / lane.units.count;
    this.mark.style.transform = `translateY(${lane.rowOf(hovered.unit) * each}px)`;
    this.mark.style.height = `${Math.max(each, 3)}px`;
    this.mark.style.left = `${this.stage.layout.gutter}px`;
    this.mark.style.width = `${this.stage.layout.plot}px`;
  }

  toggleTable() {
    this.tableOpen = !this.tableOpen;
    this.tableButton.setAttribute("aria-pressed", String(this.tableOpen));
    this.tableNode.hidden = !this.tableOpen;
    if (this.tableOpen) this.fillTable(this.stage.step);
  }

  fillTable(step) {
    if (!this.tableOpen || !this.lane.table) return;
    const { caption, columns, rows, current = -1 } = this.lane.table(step);
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
