// Lane `diagram`: the network unrolled over the steps, or folded into the layers that are there.

import { atStep, easeShare, lastOnlyFrom, piecesText, planCopies, planRows, shapePieces } from "../diagram_plan.js";
import { button, element } from "../dom.js";
import { t } from "../words.js";

const FOLD_MS = 700;

/** @type {import("../contract.js").LaneOf<import("../contract.js").DiagramData>} */
export function diagramLane(data, stage) {
  const { layers, input, given } = data;
  const Tx = stage.clock.steps;
  const state = stage.keep(`diagram|${data.title}`, { folded: data.folded, share: data.folded ? 1 : 0, moving: 0 });
  const lastFrom = lastOnlyFrom(layers);
  const tensors = [input, ...layers.map((layer) => layer.out)]; // tensors[k] enters layer k
  const onlyLast = (place) => place > lastFrom; // arrows and boxes above a layer that returns "last"
  /** @type {HTMLElement|null} */ let section = null;
  /** @type {HTMLButtonElement} */ let toggle;
  /** @type {HTMLElement} */ let note;
  /** @type {any[]} */ let spots = [];
  /** @type {ReturnType<typeof widths> & ReturnType<typeof planCopies>} as last drawn */ let plan;
  let lit = ""; // the axis or symbol a reader points at, here or elsewhere on the page

  const number = (count) => count.toLocaleString("en");

  function noteText() {
    const states = layers.filter((layer) => layer.state.length).map((layer) => layer.state.map(({ symbol }) => symbol).join(t(" and ")));
    const counted = layers.filter((layer) => layer.parameters);
    const sizes = counted.map((layer) => t("{layer} {count} parameters", { layer: layer.name, count: number(layer.parameters) })).join(", ");
    const once = `${layers.length === 1 ? t("The layer is defined once") : t("Each layer is defined once")}${sizes ? ` (${sizes})` : ""}`;
    if (state.folded && states.length) return t("{once}; the loop hands {states} to the next step, {Tx} times.", { once, states: states.join(", "), Tx });
    return t("{once} and used at all {Tx} steps: every copy has the same weights.", { once, Tx });
  }

  function fold() {
    state.folded = !state.folded;
    syncControls();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    cancelAnimationFrame(state.moving);
    if (still) {
      state.share = state.folded ? 1 : 0;
      stage.redraw();
      return;
    }
    let before = performance.now();
    const move = (now) => {
      const goal = state.folded ? 1 : 0;
      const by = Math.max(0, now - before) / FOLD_MS;
      before = now;
      state.share = goal > state.share ? Math.min(goal, state.share + by) : Math.max(goal, state.share - by);
      stage.redraw();
      if (state.share !== goal) state.moving = requestAnimationFrame(move);
    };
    state.moving = requestAnimationFrame(move);
  }

  /** Whether the note of a step was drawn from its output. */
  const own = (when) => given !== null && when >= given;

  function feedNote() {
    if (given === null) return "";
    if (given >= Tx) return t("The true note comes from above: it is x⟨t+1⟩, whatever ŷ⟨t⟩ expects.");
    const written = t("What is drawn from ŷ⟨t⟩ is read as x⟨t+1⟩.");
    const first = t("The first {n} notes come from above.", { n: given });
    return given ? `${first} ${written}` : written;
  }

  function syncControls() {
    toggle.textContent = state.folded ? t("Unfold over {Tx} steps", { Tx }) : t("Fold into one cell");
    toggle.title = state.folded ? t("One copy a step, {Tx} in all", { Tx }) : t("The layers that are really there, with their loop");
    note.textContent = `${noteText()} ${feedNote()}`;
  }

  // -- drawing ------------------------------------------------------------------------

  const textFont = (weight = 400) => `${weight} ${stage.layout.font}px ${stage.theme.font}`;

  function widths() {
    const { layout } = stage;
    const shapes = [...tensors, ...layers.flatMap((layer) => layer.state)];
    const long = Math.max(...shapes.map(({ shape }) => stage.measure(piecesText(shapePieces(shape)))));
    const short = Math.max(...shapes.map(({ shape }) => stage.measure(piecesText(shapePieces(shape, true)))));
    const symbols = Math.max(...shapes.map(({ symbol }) => stage.measure(atStep(symbol, Tx - 1))));
    const states = layers.flatMap((layer) => layer.state);
    const hand = states.length ? Math.max(...states.map(({ shape }) => stage.measure(piecesText(shapePieces(shape))))) : 0;
    const names = Math.max(...layers.map(({ name }) => stage.measure(name)));
    const pad = 10 * layout.scale;
    return {
      fullPitch: Math.max(2 * (long + pad), names + 2 * pad + hand + 1.6 * pad),
      miniPitch: Math.max(2 * Math.max(short, symbols) + pad, 44 * layout.scale),
      handFull: hand + 1.6 * pad,
      handMini: short + pad,
      names: names + 2 * pad,
    };
  }

  function pieces(g, parts, x, y, align, coloured = true) {
    const whole = parts.reduce((sum, [text]) => sum + g.measureText(text).width, 0);
    let at = align === "center" ? x - whole / 2 : align === "right" ? x - whole : x;
    g.textAlign = "left";
    const plain = g.fillStyle;
    // A rim of paper keeps figures legible where a line or the playhead passes behind.
    if (coloured) g.strokeText(piecesText(parts), at, y);
    for (const [text, axis] of parts) {
      g.fillStyle = (coloured && axis && stage.theme.axis(axis)) || plain;
      g.fillText(text, at, y);
      at += g.measureText(text).width;
    }
    g.fillStyle = plain;
    return whole;
  }

  function arrow(g, points, lit, dash = []) {
    const { theme, layout } = stage;
    const tip = (lit ? 6 : 5) * Math.sqrt(layout.scale);
    const [xb, yb] = points[points.length - 1];
    const [xa, ya] = points[points.length - 2];
    const angle = Math.atan2(yb - ya, xb - xa);
    g.strokeStyle = lit ? theme.ink : theme.soft;
    g.fillStyle = g.strokeStyle;
    g.lineWidth = (lit ? 2.2 : 1.3) * Math.sqrt(layout.scale);
    g.setLineDash(dash);
    g.beginPath();
    points.forEach(([x, y], place) => {
      const last = place === points.length - 1;
      g.lineTo(last ? x - tip * 0.8 * Math.cos(angle) : x, last ? y - tip * 0.8 * Math.sin(angle) : y);
    });
    g.stroke();
    g.setLineDash([]);
    arrowTip(g, xb, yb, angle, tip);
  }

  function arrowTip(g, x, y, angle, tip) {
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(x - tip * 1.5 * Math.cos(angle - 0.42), y - tip * 1.5 * Math.sin(angle - 0.42));
    g.lineTo(x - tip * 1.5 * Math.cos(angle + 0.42), y - tip * 1.5 * Math.sin(angle + 0.42));
    g.fill();
  }

  /** The way of a note into the next step: from the output, or from above. */
  function feed(g, { t: when, x }, rows, pitch, step) {
    if (given === null || when >= Tx - 1) return;
    const { theme, layout } = stage;
    const now = when === step || when === step - 1;
    const top = rows.arrows[layers.length].top + 3;
    const low = rows.height - 2;
    const between = x + pitch / 2;
    const bend = Math.min(8 * layout.scale, pitch / 6);
    g.strokeStyle = now ? theme.accent : theme.band;
    g.fillStyle = g.strokeStyle;
    g.lineWidth = (now ? 2.4 : 1.4) * Math.sqrt(layout.scale);
    g.beginPath();
    if (own(when)) {
      g.moveTo(x, top);
      g.arcTo(between, top, between, top + bend, bend);
    } else {
      g.moveTo(between, 0);
    }
    g.arcTo(between, low, between + bend, low, bend);
    g.lineTo(x + pitch, low);
    g.stroke();
    arrowTip(g, between, top + layout.font * 1.3, Math.PI / 2, (now ? 6 : 4.5) * Math.sqrt(layout.scale));
    spot(between - 8, 0, between + 8, rows.height, stage.nameOf(when), [
      own(when) ? t("drawn from ŷ⟨{n}⟩", { n: when + 1 }) : t("the true note, from above"), t("read as x⟨{n}⟩", { n: when + 2 }),
    ], "x");
  }

  const pointedAt = ({ symbol, shape }) => lit !== "" && (symbol === lit || shape.some(([axis]) => axis === lit));

  /** Symbol over shape, centred on y or standing on it; `align` of x. */
  function label(g, tensor, when, full, x, y, align, current) {
    const { theme, layout } = stage;
    const marked = pointedAt(tensor);
    const lines = [[[when === null ? tensor.symbol : atStep(tensor.symbol, when), null]], shapePieces(tensor.shape, !full)];
    if (marked) {
      const wide = Math.max(...lines.map((parts) => stage.measure(piecesText(parts)))) + 8;
      g.fillStyle = theme.accentSoft;
      g.beginPath();
      g.roundRect(align === "center" ? x - wide / 2 : x - 4, y - layout.font * 1.2, wide, layout.font * 2.4, 4);
      g.fill();
    }
    lines.forEach((parts, place) => {
      g.font = textFont(marked || (current && place === 0) ? 600 : 400);
      g.lineJoin = "round";
      g.lineWidth = 4;
      g.strokeStyle = theme.background;
      g.fillStyle = place === 0 || marked ? theme.ink : theme.soft;
      pieces(g, parts, x, y + (place - 0.5) * layout.font * 1.18, align, !marked);
    });
  }

  function box(g, layer, rect, lit, full) {
    const { theme, layout } = stage;
    g.beginPath();
    g.roundRect(rect.x, rect.y, rect.width, rect.height, 7 * layout.scale);
    g.fillStyle = lit ? theme.accent : theme.shade;
    g.fill();
    g.strokeStyle = lit ? theme.accent : theme.soft;
    g.lineWidth = layer.state.length ? 1.6 : 1;
    g.stroke();
    g.fillStyle = lit ? stage.onAccent : theme.ink;
    g.font = textFont(600);
    g.textAlign = "center";
    const room = rect.width - 6;
    const name = full || stage.measure(layer.name) <= room ? layer.name : stage.fit(layer.short, room);
    g.fillText(name, rect.x + rect.width / 2, rect.y + rect.height / 2 + 1);
  }

  function spot(x0, y0, x1, y1, value, lines, symbol = "") {
    spots.push({ x0, y0, x1, y1, value, lines, symbol });
  }

  function tensorSpot(tensor, when, rect, from, to) {
    const named = tensor.shape.map(([axis, size]) => (size === null ? t("{axis} left open (None)", { axis }) : `${axis} = ${size}`)).join(", ");
    spot(...rect, `${atStep(tensor.symbol, when)}  ${piecesText(shapePieces(tensor.shape))}`, [named, to ? t("from {from} to {to}", { from, to }) : t("from {from}", { from })], tensor.symbol);
  }

  /** Heights at which a layer's states leave and enter its box. */
  function lanesOf(row, count) {
    const each = (row.bottom - row.top) / count;
    return Array.from({ length: count }, (_, place) => row.top + (place + 0.86) * each);
  }

  function drawCopy(g, { t: when, x }, rows, plan, step) {
    const lit = when === step;
    const { pitch } = plan;
    const full = pitch >= plan.names + plan.handFull; // room for whole shapes between two boxes
    const hand = full ? plan.handFull : plan.handMini;
    const wide = full ? Math.min(pitch - hand, Math.max(plan.names, pitch * 0.5)) : pitch - hand;
    const half = wide / 2;
    const last = when === Tx - 1;
    layers.forEach((layer, place) => {
      if (onlyLast(place) && !last) return;
      const row = rows.boxes[place];
      layerArrow(g, place, when, x, rows, pitch, lit);
      // A layer that hands nothing on has the room of its arrows too.
      const own = layer.state.length ? wide : Math.min(pitch - 8 * stage.layout.scale, Math.max(wide, plan.names));
      box(g, layer, { x: x - own / 2, y: row.top, width: own, height: row.bottom - row.top }, lit, full);
      spot(x - half, row.top, x + half, row.bottom, layer.name, [
        layer.parameters
          ? t("the same layer at every step, {count} parameters", { count: number(layer.parameters) })
          : t("the same layer at every step"), stage.stepText(when),
      ]);
      const levels = lanesOf(row, layer.state.length);
      layer.state.forEach((tensor, at) => {
        const y = levels[at];
        const gap = pitch - wide;
        const onward = lit || when === step - 1;
        const to = last ? x + half + gap * 0.42 : x + half + gap;
        if (when === 0) {
          arrow(g, [[x - half - gap * 0.8, y], [x - half, y]], when === step);
          label(g, tensor, -1, full, x - half - gap * 0.45, y - stage.layout.font * 1.32, "center", when === step);
          tensorSpot(tensor, -1, [x - half - gap, y - 30, x - half, y + 8], t("the start"), layer.name);
        }
        arrow(g, [[x + half, y], [to, y]], onward);
        const fits = !last || to + gap * 0.3 < stage.layout.gutter + stage.layout.plot; // half the room after the last
        if (fits) label(g, tensor, full ? when : null, full, (x + half + to) / 2, y - stage.layout.font * 1.32, "center", onward);
        tensorSpot(tensor, when, [x + half, y - stage.layout.font * 2.6, to, y + 8], t("{layer} at step {n}", { layer: layer.name, n: when + 1 }), last ? "" : t("{layer} at step {n}", { layer: layer.name, n: when + 2 }));
      });
    });
    if (lastFrom === layers.length || last) layerArrow(g, layers.length, when, x, rows, pitch, lit);
  }

  function layerArrow(g, place, when, x, rows, pitch, lit) {
    const row = rows.arrows[place];
    const tensor = tensors[place];
    const full = stage.measure(piecesText(shapePieces(tensor.shape))) + 9 * stage.layout.scale <= pitch / 2;
    arrow(g, [[x, row.bottom - (place ? 1 : 0)], [x, row.top + 1]], lit);
    label(g, tensor, when, full, x + 7 * stage.layout.scale, (row.top + row.bottom) / 2, "left", lit);
    const from = place ? layers[place - 1].name : t("the input");
    const room = full ? 100 : 34;
    tensorSpot(tensor, when, [x - 12, row.top, x + room * stage.layout.scale, row.bottom], from, place < layers.length ? layers[place].name : "");
  }

  function drawFolded(g, x, rows, share, step) {
    const { layout, theme } = stage;
    const size = widths();
    const wide = Math.max(size.names, (layout.phone ? 80 : 110) * layout.scale);
    const half = wide / 2;
    const out = (layout.phone ? 22 : 34) * layout.scale;
    layers.forEach((layer, place) => {
      foldedArrow(g, place, x, rows);
      const row = rows.boxes[place];
      box(g, layer, { x: x - half, y: row.top, width: wide, height: row.bottom - row.top }, true, true);
      spot(x - half, row.top, x + half, row.bottom, layer.name, [layer.parameters ? t("{count} parameters", { count: number(layer.parameters) }) : t("no parameters"), t("used at each of {Tx} steps", { Tx })]);
      layer.state.forEach((tensor, at) => {
        const count = layer.state.length;
        const each = (row.bottom - row.top) / (2 * count);
        const yOut = row.top + (at + 0.5) * each;
        const yIn = row.bottom - (at + 0.5) * each;
        const xOut = x + half + out * (count - at) * 0.9 * share;
        const bend = Math.min((yIn - yOut) / 2, out * 0.6);
        g.strokeStyle = theme.ink;
        g.fillStyle = theme.ink;
        g.lineWidth = 2 * Math.sqrt(layout.scale);
        const tip = 6 * Math.sqrt(layout.scale);
        g.beginPath();
        g.moveTo(x + half, yOut);
        g.arcTo(xOut, yOut, xOut, yOut + bend, bend);
        g.arcTo(xOut, yIn, xOut - bend, yIn, bend);
        g.lineTo(x + half + tip, yIn);
        g.stroke();
        arrowTip(g, x + half, yIn, Math.PI, tip);
      });
      const xText = x + half + out * 0.9 * layer.state.length + 10 * layout.scale;
      layer.state.forEach((tensor, at) => {
        const y = row.top + ((at + 0.5) * (row.bottom - row.top)) / layer.state.length;
        g.font = textFont(600);
        g.textAlign = "left";
        const text = `${atStep(tensor.symbol, "t")} `;
        if (pointedAt(tensor)) {
          g.fillStyle = theme.accentSoft;
          g.beginPath();
          g.roundRect(xText - 4, y - layout.font * 0.65, stage.measure(text + piecesText(shapePieces(tensor.shape))) + 8, layout.font * 1.3, 4);
          g.fill();
        }
        g.fillStyle = theme.ink;
        g.fillText(text, xText, y);
        const used = g.measureText(text).width;
        g.font = textFont();
        g.fillStyle = theme.soft;
        g.lineWidth = 4;
        g.strokeStyle = theme.background;
        const room = layout.gutter + layout.plot - xText - used;
        const short = stage.measure(piecesText(shapePieces(tensor.shape))) > room;
        pieces(g, shapePieces(tensor.shape, short), xText + used, y, "left", !pointedAt(tensor));
      });
      if (layer.state.length > 1) {
        g.fillText(stage.fit(t("into step t + 1"), layout.gutter + layout.plot - xText), xText, (row.top + row.bottom) / 2);
      }
    });
    foldedArrow(g, layers.length, x, rows);
    const back = given === null ? 0 : out;
    if (back) foldedFeed(g, x, half + back, rows, step);
    g.font = textFont(600);
    g.fillStyle = theme.ink;
    g.textAlign = "right";
    const looped = layers.findIndex((layer) => layer.state.length);
    if (looped >= 0 && x - half - back - 12 > stage.measure(t("t = {n} of {total}", { n: Tx, total: Tx }))) {
      const row = rows.boxes[looped];
      g.fillText(t("t = {n} of {total}", { n: step + 1, total: Tx }), x - half - back - 12 * layout.scale, (row.top + row.bottom) / 2);
    }
  }

  /** The same beside the folded network, `away` to its left. */
  function foldedFeed(g, x, away, rows, step) {
    const { theme, layout } = stage;
    const top = rows.arrows[layers.length].top + 3;
    const low = rows.height - 2;
    const bend = 8 * layout.scale;
    g.strokeStyle = theme.accent;
    g.fillStyle = theme.accent;
    g.lineWidth = 2.4 * Math.sqrt(layout.scale);
    g.beginPath();
    if (own(step)) {
      g.moveTo(x, top);
      g.arcTo(x - away, top, x - away, top + bend, bend);
    } else {
      g.moveTo(x - away, 0);
    }
    g.arcTo(x - away, low, x, low, bend);
    g.lineTo(x, low);
    g.stroke();
    arrowTip(g, x - away, top + layout.font * 1.3, Math.PI / 2, 6 * Math.sqrt(layout.scale));
  }

  function foldedArrow(g, place, x, rows) {
    const row = rows.arrows[place];
    const tensor = tensors[place];
    const only = onlyLast(place);
    arrow(g, [[x, row.bottom - (place ? 1 : 0)], [x, row.top + 1]], true, only ? [4, 3] : []);
    label(g, tensor, only ? "Tx" : "t", true, x + 8 * stage.layout.scale, (row.top + row.bottom) / 2, "left", true);
    if (only && place === lastFrom + 1) {
      g.font = textFont();
      g.fillStyle = stage.theme.soft;
      g.textAlign = "right";
      g.fillText(stage.fit(t("last step only"), x - 12), x - 10 * stage.layout.scale, (row.top + row.bottom) / 2);
    }
  }

  /** Copies go on beyond both edges; they fade there rather than being cut. */
  function fade(g, plan, view, size) {
    const first = plan.copies[0];
    const last = plan.copies[plan.copies.length - 1];
    const now = plan.copies.find((copy) => copy.t === stage.step);
    const free = (edge) => Math.max(0, Math.abs(now.x - edge) - (plan.pitch - plan.handMini) / 2);
    const room = (edge) => Math.min(40, view.width * 0.1, free(edge));
    const clear = (x0, x1) => {
      const ramp = g.createLinearGradient(x0, 0, x1, 0);
      ramp.addColorStop(0, "rgba(0, 0, 0, 1)");
      ramp.addColorStop(1, "rgba(0, 0, 0, 0)");
      g.globalCompositeOperation = "destination-out";
      g.fillStyle = ramp;
      g.fillRect(Math.min(x0, x1), 0, Math.abs(x1 - x0), size.height);
      g.globalCompositeOperation = "source-over";
    };
    const right = view.left + view.width;
    g.clearRect(0, 0, first.t > 0 ? view.left : 0, size.height);
    if (first.t > 0) clear(view.left, view.left + room(view.left));
    if (last.t < Tx - 1) clear(right, right - room(right));
  }

  return {
    head: { title: data.title, symbol: "", shape: [["Tx", Tx]], legend: null },
    live: true,
    height: (layout) => planRows(layers, layout).height,

    mount(node) {
      section = node.parentElement;
      section?.classList.add("dom-first");
      toggle = button(t("Fold into one cell"), { text: t("Fold into one cell"), className: "fold" });
      toggle.addEventListener("click", fold);
      note = element("p", { class: "lane-note" });
      node.append(element("div", { class: "lane-bar" }, [toggle, note]));
      syncControls();
    },

    drawTime(g, view, size, step) {
      const { layout, theme } = stage;
      const rows = planRows(layers, layout);
      const share = easeShare(state.share);
      const want = widths();
      const planned = planCopies(view, step, want);
      plan = { ...want, ...planned };
      spots = [];
      section?.classList.toggle("off-axis", state.share > 0);
      g.textBaseline = "middle";
      g.save();
      g.beginPath();
      g.rect(0, 0, view.left + view.width, size.height);
      g.clip();
      const middle = view.left + view.width * (layout.phone ? 0.3 : 0.42);
      // First the copies close in on one place, then the loop grows there.
      const closing = easeShare(state.share / 0.68);
      const looping = easeShare((state.share - 0.62) / 0.38);
      if (share < 1) {
        g.globalAlpha = 1 - closing;
        for (const copy of plan.copies) feed(g, copy, rows, plan.pitch, step);
        // The current copy is drawn last, over the others.
        const copies = [...plan.copies].sort((one, other) => Number(one.t === step) - Number(other.t === step));
        for (const copy of copies) {
          const now = copy.t === step;
          g.globalAlpha = (now ? 1 - looping : (1 - closing) ** 1.5) * (copy.t > step ? 0.62 : 1);
          drawCopy(g, { t: copy.t, x: copy.x + (middle - copy.x) * closing }, rows, plan, step);
        }
        g.globalAlpha = 1;
        if (!plan.own && share === 0) fade(g, plan, view, size);
        const shown = copies.some((copy) => copy.t === Tx - 1);
        if (lastFrom < layers.length - 1 && !shown && share === 0) {
          g.font = textFont();
          g.fillStyle = theme.soft;
          g.textAlign = "center";
          const above = layers.slice(lastFrom + 1).map(({ name }) => name).join(", ");
          const text = stage.fit(t("{layers}: only at t = {Tx}", { layers: above, Tx }), view.width - 8);
          g.lineWidth = 6;
          g.strokeStyle = theme.background;
          for (const draw of ["strokeText", "fillText"]) g[draw](text, view.left + view.width / 2, rows.arrows[lastFrom + 1].top - layout.font);
        }
      }
      if (share > 0) {
        g.globalAlpha = looping;
        if (share === 1) spots = [];
        drawFolded(g, middle, rows, looping, step);
      }
      g.restore();
    },

    /** Mark every tensor that has this symbol or axis. */
    light(name) {
      const any = () => tensors.some(pointedAt) || layers.some((layer) => layer.state.some(pointedAt));
      const before = any();
      lit = name || "";
      if (before || any()) stage.redraw();
    },

    /** The step of the copy under the pointer, which need not be the step at that x. */
    stepAt(x) {
      if (!plan || state.share > 0) return stage.step;
      const near = plan.copies.filter((copy) => Math.abs(copy.x - x) <= plan.pitch / 2);
      return near.length ? near[0].t : -1;
    },

    probe(x, y) {
      const found = spots.filter((each) => x >= each.x0 && x <= each.x1 && y >= each.y0 && y <= each.y1);
      if (!found.length) return null;
      const smallest = found.reduce((one, other) =>
        ((other.x1 - other.x0) * (other.y1 - other.y0) < (one.x1 - one.x0) * (one.y1 - one.y0) ? other : one));
      return { value: smallest.value, lines: smallest.lines, symbol: smallest.symbol };
    },

    table() {
      const row = (tensor, from, to, when) => [tensor.symbol, piecesText(shapePieces(tensor.shape)), from, to, when];
      return {
        caption: t("{title}: what travels along each arrow.", { title: data.title }),
        columns: [t("tensor"), t("shape"), t("from"), t("to"), t("when")],
        rows: [
          ...tensors.map((tensor, place) => row(
            tensor, place ? layers[place - 1].name : t("input"), place < layers.length ? layers[place].name : t("output"),
            onlyLast(place) ? t("last step only") : t("every step"))),
          ...(given === null ? [] : [row(
            input, own(Tx - 1) ? t("drawn from ŷ") : t("the true note"), t("{layer}, next step", { layer: layers[0].name }), t("every step"))]),
          ...layers.flatMap((layer) => layer.state.map((tensor) => row(tensor, layer.name, t("{layer}, next step", { layer: layer.name }), t("every step")))),
        ],
      };
    },
  };
}
