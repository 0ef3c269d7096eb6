// Below the transport: which trace, how units are sorted, which are pinned, where else they fire.

import { HEARD, MODES, soundsApart } from "./compare.js";
import { button, element, setLabel, setText } from "./dom.js";
import { decodeArray } from "./decode.js";
import { fetchElsewhere, firesElsewhere, searchable, strongestUnits } from "./elsewhere.js";
import { numberText } from "./text.js";
import { t } from "./words.js";

/** @import { StageView } from "./stage.js" */

/** Buttons side by side of which one is pressed; `press` names them. */
function choices(label, values, chosen) {
  return element("div", { class: "segments", role: "group", "aria-label": label }, values.map((value) => {
    const node = button(value, { className: "segment", text: "" });
    node.addEventListener("click", () => chosen(value));
    return node;
  }));
}

function press(/** @type {HTMLElement} */ group, /** @type {string[]} */ names, /** @type {number} */ place) {
  [...group.children].forEach((node, at) => {
    setText(node.querySelector("span"), names[at]);
    setLabel(node, names[at]);
    node.setAttribute("aria-pressed", String(at === place));
  });
}

export class Panel {
  /** @param {StageView} stage */
  constructor(stage) {
    this.stage = stage;
    this.modes = choices(t("Which trace"), MODES, (mode) => stage.setMode(mode));
    this.heard = choices(t("Hear"), HEARD, (hear) => stage.setMode(stage.data.mode, hear));
    this.heardBox = element("div", { class: "field" }, [element("span", { text: t("Hear"), "aria-hidden": "true" }), this.heard]);
    this.sort = element("select", { class: "speed sort", "data-name": "sort", "aria-label": t("Sort units by") });
    this.sort.addEventListener("change", () => stage.setOrder(this.sort.value));
    this.sortBox = element("label", { class: "field" }, [t("Units by"), " ", this.sort]);
    this.unit = element("input", { type: "number", class: "speed unit", min: "0", placeholder: t("no."), "aria-label": t("Unit to pin") });
    this.pinButton = button(t("Pin this unit"), { text: t("Pin unit") });
    this.pinForm = element("div", { class: "field" }, [this.unit, this.pinButton]);
    this.pinButton.addEventListener("click", () => this.pinTyped());
    this.unit.addEventListener("input", () => this.unit.setCustomValidity(""));
    this.unit.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.pinTyped();
    });
    this.pins = element("div", { class: "pins" });
    this.where = button(t("Search the other sequences for places where these units fire"), { text: t("Where else?"), "aria-expanded": "false" });
    this.where.addEventListener("click", () => this.search());
    this.results = element("div", { class: "results", hidden: true, role: "group", "aria-label": t("Where else these units fire") });
    this.row = element("div", { class: "panel" }, [this.modes, this.heardBox, this.sortBox, this.pinForm, this.pins, this.where]);
    this.node = element("div", {}, [this.row, this.results]);
  }

  pinTyped() {
    const units = this.stage.data.unitAxis;
    const unit = this.unit.value === "" ? Number.NaN : Number(this.unit.value);
    if (!units) return;
    if (Number.isInteger(unit) && unit >= 0 && unit < units.count) {
      this.stage.pick(units.axis, unit);
      this.unit.value = "";
    } else {
      this.unit.setCustomValidity(t("Type a whole number from 0 to {last}.", { last: units.count - 1 }));
      this.unit.reportValidity();
    }
  }

  adopt() {
    const { data } = this.stage;
    const { compact, compare, elsewhere, name } = data.payload;
    this.modes.hidden = !compare;
    if (compare) {
      const names = { a: name, b: compare.name, both: t("Both"), difference: t("Difference") };
      press(this.modes, MODES.map((mode) => names[mode]), MODES.indexOf(data.mode));
      press(this.heard, HEARD.map((hear) => ({ ...names, both: t("Together") })[hear]), HEARD.indexOf(data.hear));
    }
    this.heardBox.hidden = !["both", "difference"].includes(data.mode) || !soundsApart(data.payload);
    const units = data.unitAxis;
    this.sortBox.hidden = !units || Boolean(compact);
    this.pinForm.hidden = !units || Boolean(compact);
    if (units) this.unit.max = String(units.count - 1);
    const said = { few: t("what they follow, strongest"), groups: t("what they follow, all"), lively: t("how much they change, the first 12"), index: t("number"), peak: t("time of peak"), "signal:pitch": t("correlation with the pitch written") };
    const named = (key) => {
      const name = key.slice("signal:".length);
      return said[key] ?? t("correlation with {name}", { name });
    };
    this.sort.replaceChildren(...data.orderKeys.map((value) => element("option", { value, text: named(value) })));
    this.sort.value = data.orderKey;
    this.where.hidden = !units || !searchable(elsewhere, data.mode);
    this.syncPins();
  }

  syncPins() {
    this.pins.replaceChildren(...this.stage.data.pins.map(({ axis, unit }) => {
      const node = button(t("Unpin unit {unit}", { unit }), { text: `${t("unit {unit}", { unit })} ×`, className: "chip" });
      node.addEventListener("click", () => this.stage.pick(axis, unit));
      return node;
    }));
    this.hideResults();
  }

  hideResults() {
    this.results.hidden = true;
    this.where.setAttribute("aria-expanded", "false");
  }

  async search() {
    if (!this.results.hidden) {
      this.hideResults();
      return;
    }
    this.say(t("Fetching the other sequences …"));
    this.results.hidden = false;
    this.where.setAttribute("aria-expanded", "true");
    try {
      await this.fetchSequences();
    } catch {
      this.say(t("The other sequences did not come; try again."));
      return;
    }
    if (!this.results.hidden) this.showFound();
  }

  say(text) {
    this.results.replaceChildren(element("p", { text }));
  }

  /** What to search, fetched and unpacked once. */
  async fetchSequences() {
    const { elsewhere } = this.stage.data.payload;
    const source = elsewhere?.url ?? elsewhere;
    if (!elsewhere || this.searched?.source === source) return;
    const { sequences } = await fetchElsewhere(elsewhere);
    this.searched = { source, sequences, arrays: sequences.map(({ values }) => decodeArray(values)) };
  }

  showFound() {
    const { data: { lanes, payload: { elsewhere }, pins }, transport: { step } } = this.stage;
    const { units: shown } = lanes.find((lane) => lane.units && lane.head.symbol === elsewhere?.symbol)
      ?? lanes.find((lane) => lane.units?.axis === elsewhere?.axis) ?? {};
    if (!elsewhere || !shown || !this.searched) return;
    const { sequences, arrays } = this.searched;
    const { values, count } = shown;
    const row = values.subarray(step * count, (step + 1) * count);
    const pinned = pins.filter((pin) => pin.axis === elsewhere.axis).map((pin) => pin.unit);
    const units = pinned.length ? pinned : strongestUnits(row, 3);
    const found = firesElsewhere(row, units, arrays);
    const here = units.map((unit) => `${t("unit {unit}", { unit })} (${numberText(row[unit], 2)})`).join(", ");
    this.results.replaceChildren(
      element("p", { text: pinned.length ? t("Strongest places of the pinned {units} in other tunes:", { units: here }) : t("Strongest here: {units}. Their strongest places in other tunes:", { units: here }) }),
      element("ol", {}, found.map(({ sequence, step: at, score }) => {
        const { name, labels } = sequences[sequence];
        const from = Math.max(0, at - 3);
        return element("li", {}, [
          element("b", { text: numberText(score, 2) }), ` ${t("{name}, step {n}:", { name, n: at + 1 })} ${from > 0 ? "… " : ""}${labels.slice(from, at).join(", ")} `,
          element("mark", { text: labels[at] }), ` ${labels.slice(at + 1, at + 4).join(", ")}${at + 4 < labels.length ? " …" : ""}`,
        ]);
      })),
    );
    if (!found.length) this.results.append(element("p", { text: t("Nowhere in the other sequences.") }));
  }
}
