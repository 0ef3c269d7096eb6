// Where else do these units fire? A search over other sequences of the corpus.

/** @import { ElsewhereData } from "./contract.js" */

/**
 * Everything to search: here already, as in an offline page, or fetched from where it lies.
 * @param {ElsewhereData} elsewhere
 * @returns {Promise<ElsewhereData>}
 */
export async function fetchElsewhere(elsewhere) {
  if (!elsewhere.url) return elsewhere;
  const answer = await fetch(new URL(`../../..${elsewhere.url}`, import.meta.url));
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.json();
}

/**
 * Whether the states on show can be looked for: the sequences are read by the first model, and the
 * second's units, or a difference, mean something else.
 * @param {ElsewhereData|null} elsewhere
 * @param {string} mode
 */
export function searchable(elsewhere, mode) {
  return elsewhere !== null && (mode === "a" || mode === "both");
}

/** The `count` units of one row that are furthest from zero. */
export function strongestUnits(row, count) {
  return Array.from(row, (value, unit) => [Math.abs(value), unit])
    .sort((one, other) => other[0] - one[0])
    .slice(0, count)
    .map(([, unit]) => unit)
    .sort((one, other) => one - other);
}

/**
 * Places where the units go the same way as here, strongest first.
 * @param {Float32Array} row    (n,) values here; only their signs are asked for
 * @param {number[]} units
 * @param {{values: Float32Array, shape: number[]}[]} sequences
 * @returns {{sequence: number, step: number, score: number}[]} score: mean of the values,
 *   each counted positive where its sign is that of here
 */
export function firesElsewhere(row, units, sequences, count = 8) {
  const found = [];
  sequences.forEach(({ values, shape: [steps, columns] }, sequence) => {
    const scores = new Float64Array(steps);
    for (let step = 0; step < steps; step += 1) {
      for (const unit of units) scores[step] += values[step * columns + unit] * Math.sign(row[unit]);
    }
    for (let step = 0; step < steps; step += 1) {
      const peak = scores[step] > 0
        && (step === 0 || scores[step] >= scores[step - 1])
        && (step === steps - 1 || scores[step] > scores[step + 1]);
      if (peak) found.push({ sequence, step, score: scores[step] / units.length });
    }
  });
  return found.sort((one, other) => other.score - one.score).slice(0, count);
}
