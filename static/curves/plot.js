// Where curves by epoch stand in their picture. Pure.

/** @typedef {{low: number, high: number, ticks: number[]}} Scale */

/** About `most` round numbers from `low` to `high`. */
export function roundTicks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** What the axis of the values shows: shares to 1, logarithms between powers of ten, others from 0. @returns {Scale} */
export function scaleOf(/** @type {number[]} */ values, { share, log }, most) {
  if (share) return { low: 0, high: 1.02, ticks: roundTicks(0, 1, most) };
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const high = finite.length ? Math.max(...finite) : 1;
  if (!log) {
    const top = 1.05 * Math.max(high, 1e-9);
    return { low: 0, high: top, ticks: roundTicks(0, top, most) };
  }
  const least = Math.floor(Math.log10(finite.length ? Math.min(...finite) : 1));
  const greatest = Math.max(least + 1, Math.ceil(Math.log10(high)));
  return { low: least, high: greatest, ticks: Array.from({ length: greatest - least + 1 }, (_, k) => least + k) };
}

/** The place in rising `at` of what is nearest to `epoch`. */
export function nearest(/** @type {number[]} */ at, epoch) {
  let [low, high] = [0, at.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < epoch) low = middle + 1;
    else high = middle;
  }
  return low && epoch - at[low - 1] <= at[low] - epoch ? low - 1 : low;
}
