// Lane `influence`: which earlier inputs the output of this step remembers.

import { choiceButtons, element } from "../dom.js";
import { barHeight, clipToPlot, drawBar } from "../lane_draw.js";
import { cssColour } from "../colours.js";
import { decodeArray } from "../decode.js";
import { numberText, percentText } from "../text.js";
import { reachBack, stepsToHold, strongestSteps } from "../influence_shares.js";
import { t } from "../words.js";

const MOST_ARCS = 3;
const LISTED_STEPS = 5;
const influenceWays = () => ({
  norm: { name: t("Gradient size"), title: t("How far a small change of each input would move the output") },
  signed: { name: t("Input × gradient"), title: t("What each input as it is adds to the output") },
});

/** @type {import("../contract.js").LaneOf<import("../contract.js").InfluenceData>} */
export function influenceLane(data, stage) {
  const arrays = { norm: decodeArray(data.norm), signed: decodeArray(data.signed) };
  const [rows, back] = arrays.norm.shape;
  const state = stage.keep(`influence|${data.title}`, { way: "norm" });
  const cut = back < rows ? ` ${t("Looks back {back} steps at most.", { back })}` : "";
  /** @type {HTMLElement} */ let note;

  const target = (step) => (data.targets.length && data.targets[step] ? data.targets[step] : data.target);
  const inputName = (step) => (data.inputs.length ? data.inputs[step] : stage.nameOf(step));
  const reach = (step, way = state.way) => reachBack(arrays[way].values, back, step);
  const nowHeight = (layout) => barHeight(layout) * (LISTED_STEPS + 1);
  const plain = (layout) => Math.round((layout.compact ? 90 : 140) * Math.sqrt(layout.scale) * layout.room);
  const share = (value, total) => (total > 0 ? Math.abs(value) / total : 0);
  const signedText = (value, decimals = 3) => (value > 0 ? `+${numberText(value, decimals)}` : numberText(value, decimals));
  const figure = (value, total) => (state.way === "signed" ? signedText(value) : percentText(share(value, total)));

  function colourOf(value, largest) {
    const { colours } = stage.theme;
    const size = largest > 0 ? Math.abs(value) / largest : 0;
    if (state.way === "signed") return cssColour(colours.diverging[Math.round(127.5 + Math.sign(value) * (64 + 63.5 * size))]);
    return cssColour(colours.sequential[Math.round(110 + 145 * size)]);
  }

  function explain() {
    const key = `${state.way}|${stage.theme.key}`;
    if (!note || note.dataset.key === key) return;
    note.dataset.key = key;
    const what = { target: data.target, units: data.units };
    note.replaceChildren();
    if (state.way === "norm") {
      note.append(t("Length of the gradient of the {target} at this step with respect to each input: how far a small change of it could move the output.", what), cut);
    } else {
      const { diverging } = stage.theme.colours;
      const key = (place, text) => {
        const swatch = element("span", { class: "key-swatch", "aria-hidden": "true" });
        swatch.style.background = cssColour(diverging[place]);
        return element("span", { class: "key" }, [swatch, text]);
      };
      note.append(t("Each input times its gradient of the {target}, in {units}: what it adds, to first order.", what), " ", key(245, t("raises it")), " ", key(10, t("lowers it")), cut);
    }
  }

  return {
    head: { title: data.title, symbol: "∂", shape: [["Tx", rows], [t("steps back"), back]], legend: null },
    live: true,
    height: (layout) => (layout.nowInside ? Math.max(plain(layout), nowHeight(layout)) : plain(layout)),

    mount(node) {
      node.parentElement?.classList.add("dom-first");
      const choices = Object.entries(influenceWays()).map(([way, { name, title }]) => [way, name, title]);
      note = element("p", { class: "lane-note" });
      node.append(element("div", { class: "lane-bar" }, [
        choiceButtons(t("Measure of influence"), choices, state.way, (way) => {
          state.way = way;
          explain();
          stage.redraw();
        }),
        note,
      ]));
    },

    update() { explain(); },

    drawTime(g, view, size, step) {
      const { theme, layout } = stage;
      const found = reach(step);
      const arcs = Math.round(size.height * 0.42);
      const pad = Math.round(layout.font * 0.8);
      const bars = size.height - arcs - pad;
      const signed = state.way === "signed";
      const zero = signed ? arcs + bars / 2 : arcs + bars;
      const full = signed ? bars / 2 : bars;
      const x0 = (at) => view.x(view.clock.edges[at]);
      const centre = (at) => (x0(at) + x0(at + 1)) / 2;
      g.font = `${layout.font}px ${theme.font}`;
      g.textAlign = "right";
      g.textBaseline = "middle";
      g.fillStyle = theme.soft;
      const top = signed ? signedText(found.largest, 2) : percentText(share(found.largest, found.total)).replace(/\.\d/, "");
      g.fillText(top, view.left - 6, zero - full + layout.font * 0.3);
      g.fillText("0", view.left - 6, signed ? zero : zero - layout.font * 0.3);
      if (signed) g.fillText(numberText(-found.largest, 2), view.left - 6, zero + full - layout.font * 0.3);
      clipToPlot(g, view, size.height);
      g.fillStyle = theme.shade;
      const from = x0(found.first);
      g.fillRect(from, arcs, x0(step + 1) - from, bars);
      for (let at = Math.max(view.first, found.first); at <= Math.min(view.last, step); at += 1) {
        const value = found.values[at - found.first];
        if (!Number.isFinite(value)) continue;
        const length = found.largest > 0 ? (value / found.largest) * full : 0;
        const wide = x0(at + 1) - x0(at);
        const gap = wide > 8 ? 1.5 : wide > 3 ? 0.5 : 0;
        g.fillStyle = colourOf(value, found.largest);
        g.fillRect(x0(at) + gap, Math.min(zero, zero - length), Math.max(0.8, wide - 2 * gap), Math.max(Math.abs(length), value === 0 ? 0 : 0.8));
      }
      g.fillStyle = theme.faint;
      g.fillRect(view.left, Math.round(zero), view.width, 1);
      const strongest = strongestSteps(found, MOST_ARCS + 1).filter((each) => each.step !== step).slice(0, MOST_ARCS);
      for (const { step: at, value } of strongest.reverse()) {
        const size01 = found.largest > 0 ? Math.abs(value) / found.largest : 0;
        const [xa, xb] = [centre(at), centre(step)];
        const rise = Math.min(arcs * 1.85, 14 * layout.scale + Math.abs(xb - xa) * 0.75);
        g.strokeStyle = colourOf(value, found.largest);
        g.lineWidth = (1 + 3 * size01) * Math.sqrt(layout.scale);
        g.beginPath();
        g.moveTo(xb, arcs - 2);
        g.bezierCurveTo(xb, arcs - 2 - rise * 0.66, xa, arcs - 2 - rise * 0.66, xa, arcs - 2);
        g.stroke();
        g.fillStyle = g.strokeStyle;
        g.beginPath();
        const tip = (4 + 2 * size01) * Math.sqrt(layout.scale);
        g.moveTo(xa - tip, arcs - tip * 1.4);
        g.lineTo(xa + tip, arcs - tip * 1.4);
        g.lineTo(xa, arcs);
        g.fill();
      }
      g.restore();
    },

    now: (layout) => ({ height: nowHeight(layout), below: true }),

    drawNow(g, box, step) {
      const { theme, layout } = stage;
      const found = reach(step);
      const each = barHeight(layout);
      g.textBaseline = "middle";
      g.textAlign = "left";
      g.font = `600 ${layout.font}px ${theme.font}`;
      g.fillStyle = theme.ink;
      g.fillText(stage.fit(target(step), box.width), 0, each / 2);
      g.font = `${layout.font}px ${theme.font}`;
      const strongest = strongestSteps(found, LISTED_STEPS);
      if (!strongest.length) {
        g.fillStyle = theme.soft;
        const ended = !Number.isFinite(found.values[found.values.length - 1]);
        g.fillText(stage.fit(ended ? t("This sequence has ended.") : t("No input matters to it."), box.width), 0, each * 1.5);
        return;
      }
      const label = (at) => `${at + 1} ${inputName(at)}`.trim();
      const numbers = Math.max(...strongest.map(({ value }) => g.measureText(figure(value, found.total)).width)) + 8;
      const names = Math.min(Math.max(...strongest.map(({ step: at }) => g.measureText(label(at)).width)) + 8, box.width * 0.5);
      const room = Math.max(8, box.width - names - numbers);
      strongest.forEach(({ step: at, value }, place) => {
        drawBar(g, {
          name: stage.fit(label(at), names - 6), x: 0, y: (place + 1.5) * each, from: names, length: Math.max(1.5, (Math.abs(value) / found.largest) * room),
          height: each, colour: colourOf(value, found.largest), number: figure(value, found.total), ink: theme.ink, soft: theme.soft,
        });
      });
    },

    probe(x, y, step) {
      const found = reach(stage.step);
      if (step > stage.step) return { value: t("nothing"), lines: [t("an output cannot depend on what comes later"), stage.stepText(step)] };
      if (step < found.first) return { value: t("not computed"), lines: [t("Looks back {back} steps at most.", { back }), stage.stepText(step)] };
      const norm = reach(stage.step, "norm");
      const value = norm.values[step - norm.first];
      const signed = reach(stage.step, "signed").values[step - norm.first];
      return {
        value: percentText(share(value, norm.total)),
        lines: [
          t("gradient {value}", { value: numberText(value, 4) }), t("input × gradient {value}", { value: `${signedText(signed, 4)} ${data.units}` }),
          t("input: {name}", { name: `${inputName(step)} (${stage.stepText(step, false)})`.trim() }),
          t("output: {name}", { name: `${target(stage.step)} (${stage.stepText(stage.step, false)})` }),
        ],
      };
    },

    table(step) {
      const norm = reach(step, "norm");
      const signed = reach(step, "signed");
      return {
        caption: `${t("{title}: {target} at step {n} of {total}, inputs from the strongest.", { title: data.title, target: target(step), n: step + 1, total: rows })}${cut}`,
        columns: [t("step"), t("input"), t("gradient"), t("share"), `${t("Input × gradient")} (${data.units})`],
        rows: strongestSteps(norm, 20).map(({ step: at, value }) => [
          String(at + 1), inputName(at), numberText(value, 4), percentText(share(value, norm.total)), signedText(signed.values[at - norm.first], 4),
        ]),
      };
    },

    describe(step) {
      const found = reach(step, "norm");
      const [first] = strongestSteps(found, 1);
      if (!first) return "";
      const half = stepsToHold(found, 0.5);
      return t("strongest influence from the input of step {n}, {share}; half of it within this many steps: {half}", {
        n: first.step + 1, share: percentText(share(first.value, found.total)), half,
      });
    },
  };
}
