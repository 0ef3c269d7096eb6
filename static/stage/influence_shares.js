// What each earlier input matters to one output: shares, the largest, arcs. Pure.

/**
 * One step's influences, from the first step that is reached to the step itself.
 * @param {Float32Array} values (Tx, back): [t, k] belongs to step t − k
 * @param {number} back
 * @param {number} step
 * @returns {{first: number, values: number[], total: number, largest: number}} values[j]
 *   belongs to step first + j; total and largest are of sizes, without sign
 */
export function reachBack(values, back, step) {
  const count = Math.min(back, step + 1);
  const first = step - count + 1;
  const out = Array.from({ length: count }, (_, place) => values[step * back + (count - 1 - place)]);
  // Not numbers where a shorter sequence has ended: then nothing has any influence.
  const sizes = out.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0));
  return { first, values: out, total: sizes.reduce((sum, size) => sum + size, 0), largest: Math.max(...sizes) };
}

/** The steps with the largest values without sign, largest first; zeros left out. */
export function strongestSteps({ first, values }, count) {
  return values
    .map((value, place) => ({ step: first + place, value }))
    .filter(({ value }) => Number.isFinite(value) && value !== 0)
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value) || other.step - one.step)
    .slice(0, count);
}

/** How many steps one must go back to hold this share of the whole, the step itself included. */
export function stepsToHold({ values, total }, share) {
  let sum = 0;
  for (let back = 1; back <= values.length; back += 1) {
    sum += Math.abs(values[values.length - back]);
    if (sum >= share * total) return back;
  }
  return values.length;
}
