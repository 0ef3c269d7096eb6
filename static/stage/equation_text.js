// The equations of one unit in figures that add up as they stand. Pure.
//
// A row of figures is rounded from the true values, and the next row follows from the figures
// of the row above, not only from the true values: 0.91 · 0.32 shown next to 0.29 is right
// both ways. There is a number of decimals at which this holds; the fewest are taken.

import { numberText } from "./text.js";

const MOST = 10;

export function sigma(z) {
  return 0.5 + 0.5 * Math.tanh(0.5 * z);
}

/** The number that is on screen when `value` is written with this many decimals. */
export function shownNumber(value, decimals) {
  return Number(value.toFixed(decimals));
}

/** Whether `shown` is the true value, rounded. */
function isRounded(shown, value, decimals) {
  return Math.abs(shown - value) <= 0.5 * 10 ** -decimals + 1e-9;
}

/** Whether a reader who computes `result` gets `shown`; false on a tie, which rounds either way. */
function comesOut(shown, result, decimals) {
  return Math.abs(shown - result) < 0.5 * 10 ** -decimals - 1e-11;
}

/** Decimals that leave two significant figures, from 2 to 4. */
function fewest(value) {
  const size = Math.abs(value);
  return size >= 0.05 || size < 5e-5 ? 2 : size >= 0.005 ? 3 : 4;
}

/** c = f · before + i · g in figures, c with `decimals`; null if no figures add up. */
export function settleMemory({ f, before, i, g, c }, decimals) {
  for (let operands = decimals; operands <= MOST; operands += 1) {
    const [fS, beforeS, iS, gS] = [f, before, i, g].map((value) => shownNumber(value, operands));
    for (let terms = decimals; terms <= operands; terms += 1) {
      const kept = shownNumber(fS * beforeS, terms);
      const written = shownNumber(iS * gS, terms);
      const sum = shownNumber(kept + written, decimals);
      if (
        comesOut(kept, fS * beforeS, terms) && isRounded(kept, f * before, terms)
        && comesOut(written, iS * gS, terms) && isRounded(written, i * g, terms)
        && comesOut(sum, kept + written, decimals) && isRounded(sum, c, decimals)
      ) return { operands, terms, decimals, f: fS, before: beforeS, i: iS, g: gS, kept, written, c: sum };
    }
  }
  return null;
}

/** a = o · tanh(c) in figures, o with as many decimals as c is shown with; null if none come out. */
export function settleOutput({ o, c, a }, cShown, operands) {
  const least = Math.min(fewest(a), operands);
  const oS = shownNumber(o, operands);
  for (const middle of [operands, operands + 1, operands - 1]) {
    const tanh = shownNumber(Math.tanh(cShown), middle);
    if (!comesOut(tanh, Math.tanh(cShown), middle) || !isRounded(tanh, Math.tanh(c), middle)) continue;
    for (let decimals = least; decimals <= middle; decimals += 1) {
      const out = shownNumber(oS * tanh, decimals);
      if (comesOut(out, oS * tanh, decimals) && isRounded(out, a, decimals)) return { operands, middle, decimals, o: oS, tanh, a: out };
    }
  }
  return null;
}

/** Both lines of one unit, with the shortest figures that work for the two together. */
function settleUnit(unit) {
  /** @type {{memory: any, output: any, cost: number}|null} */
  let best = null;
  for (let decimals = fewest(unit.c); decimals <= MOST; decimals += 1) {
    if (best && decimals > fewest(unit.c) + 3) break;
    const memory = settleMemory(unit, decimals);
    const output = memory && settleOutput(unit, memory.c, decimals);
    if (!output) continue;
    const cost = 20 * memory.operands + memory.terms + decimals; // four of the figures have the operands' decimals
    if (!best || cost < best.cost) best = { memory, output, cost };
  }
  return best;
}

/** gate = squash(x + a + b), the gate with `decimals`; null if no figures come out. */
export function settleGate({ x, a, b, squash }, decimals) {
  const z = x + a + b;
  const gate = shownNumber(squash(z), decimals);
  for (let sum = 2; sum <= MOST + 2; sum += 1) {
    const zS = shownNumber(z, sum);
    if (!comesOut(gate, squash(zS), decimals)) continue;
    for (let parts = sum; parts <= sum + 4; parts += 1) {
      const [xS, aS, bS] = [x, a, b].map((value) => shownNumber(value, parts));
      const total = shownNumber(xS + aS + bS, sum);
      if (total === zS && comesOut(total, xS + aS + bS, sum)) {
        return { parts, sum, decimals, x: xS, a: aS, b: bS, z: zS, gate };
      }
    }
  }
  return null;
}

/** How a gate, or the new state of a plain RNN, is squashed: σ, or tanh for what could be written. */
export const squashOf = (name) => (name === "g" || name === "a" ? Math.tanh : sigma);

/**
 * Whether a mask has passed over the step of these gates, each (steps, n): all that was there is kept, and nothing is
 * written, in every unit.
 */
export function passedOver(held, step, n) {
  const all = (name, value) => held[name].subarray(step * n, (step + 1) * n).every((one) => one === value);
  return all("f", 1) && all("i", 0) && all("g", 0);
}

/** The figures of a gate with `decimals`, as text; `held` says that a hand, or a mask, has set it to `actual`. */
function gateText({ x, a, b }, name, actual, decimals) {
  const squash = squashOf(name);
  const figures = settleGate({ x, a, b, squash }, decimals);
  return figures && {
    held: Math.abs(squash(x + a + b) - actual) > 1e-4,
    x: numberText(figures.x, figures.parts),
    a: numberText(figures.a, figures.parts),
    b: numberText(figures.b, figures.parts),
    z: numberText(figures.z, figures.sum),
    value: numberText(figures.gate, decimals),
    actual: numberText(actual, decimals),
  };
}

function memoryText(memory) {
  const operand = (value) => numberText(value, memory.operands);
  return {
    f: operand(memory.f), before: operand(memory.before), i: operand(memory.i), g: operand(memory.g),
    kept: numberText(memory.kept, memory.terms), written: numberText(memory.written, memory.terms),
    c: numberText(memory.c, memory.decimals),
  };
}

/**
 * All figures of one unit at one step, as text.
 * @param {any} unit  {i, f, g, o, before, c, a} numbers, and {z: {i: {x, a, b}, …}}
 * @returns {{memory: any, output: any, gates: any}|null} texts; a gate that was set by
 *   hand has `held: true`, its figures then being what its equation would have given
 */
export function unitText(unit) {
  const settled = settleUnit(unit);
  if (!settled) return null;
  const { memory, output } = settled;
  const gates = Object.fromEntries(["f", "i", "g", "o"].map((name) => (
    [name, gateText(unit.z[name], name, unit[name], name === "o" ? output.operands : memory.operands)]
  )));
  return {
    memory: memoryText(memory),
    output: {
      o: numberText(output.o, output.operands), c: numberText(memory.c, memory.decimals),
      tanh: numberText(output.tanh, output.middle), a: numberText(output.a, output.decimals),
    },
    gates,
  };
}

/**
 * The same of a GRU, whose memory is a = z · before + (1 − z) · g, and of a plain RNN, a = tanh(z).
 * @param {any} unit  {before, a} and each gate by name, and {z: {z: {x, a, b}, …}}; of a plain RNN {z: {a: …}}
 */
export function otherText(unit) {
  const names = Object.keys(unit.z);
  /** @type {ReturnType<typeof settleMemory>} */ let memory = null;
  if (names.includes("z")) {
    const sum = { f: unit.gates.z, before: unit.before, i: 1 - unit.gates.z, g: unit.gates.g, c: unit.a };
    for (let decimals = fewest(unit.a); decimals <= MOST && !memory; decimals += 1) memory = settleMemory(sum, decimals);
    if (!memory) return null;
  }
  const decimals = memory ? memory.operands : fewest(unit.a);
  const gates = Object.fromEntries(names.map((name) => [name, gateText(unit.z[name], name, name === "a" ? unit.a : unit.gates[name], decimals)]));
  return { memory: memory && memoryText(memory), output: null, gates };
}

/** A figure as a factor or summand: negative ones in parentheses. */
export function bracketed(text) {
  return text.startsWith("−") ? `(${text})` : text;
}
