// What the pictures are made of: the largest probabilities, orders of units. Pure.

/**
 * The largest entries of one row of p, the chosen one always among them.
 * @param {Float32Array} row (n_values,)
 * @param {number} count  how many to show
 * @param {number} chosen index, or −1
 * @returns {{places: number[], rest: number, restCount: number}} places from large to small;
 *   rest is the probability of all that is not shown
 */
export function topProbabilities(row, count, chosen = -1) {
  const places = [];
  for (let place = 0; place < row.length; place += 1) {
    if (places.length === count && row[place] <= row[places[count - 1]]) continue;
    let at = places.length;
    while (at > 0 && row[places[at - 1]] < row[place]) at -= 1;
    places.splice(at, 0, place);
    if (places.length > count) places.pop();
  }
  if (chosen >= 0 && !places.includes(chosen)) places[places.length - 1] = chosen;
  let rest = 0;
  const shown = new Set(places);
  for (let place = 0; place < row.length; place += 1) if (!shown.has(place)) rest += row[place];
  return { places, rest, restCount: row.length - places.length };
}

/** Units in the order of their number. */
export function orderByIndex(columns) {
  return Int32Array.from({ length: columns }, (_, unit) => unit);
}

/** Units in the order of the step at which |value| is largest. */
export function orderByPeak(values, rows, columns) {
  const peak = new Int32Array(columns);
  for (let unit = 0; unit < columns; unit += 1) {
    let best = -1;
    for (let step = 0; step < rows; step += 1) {
      const size = Math.abs(values[step * columns + unit]);
      if (size > best) [best, peak[unit]] = [size, step];
    }
  }
  return orderByIndex(columns).sort((one, other) => peak[one] - peak[other] || one - other);
}

/** Each unit's mean square distance from its own mean. */
export function deviations(values, rows, columns) {
  return Float64Array.from({ length: columns }, (_, unit) => {
    let [sum, squares] = [0, 0];
    for (let at = unit; at < rows * columns; at += columns) {
      sum += values[at];
      squares += values[at] * values[at];
    }
    return squares / rows - (sum / rows) ** 2;
  });
}

/** Pearson's correlation of each unit with `signal` (rows,), NaN steps left out; 0 if constant. */
export function correlations(values, rows, columns, signal) {
  const steps = [];
  for (let step = 0; step < rows; step += 1) if (Number.isFinite(signal[step])) steps.push(step);
  const mean = steps.reduce((sum, step) => sum + signal[step], 0) / (steps.length || 1);
  const out = new Float64Array(columns);
  for (let unit = 0; unit < columns; unit += 1) {
    let unitMean = 0;
    for (const step of steps) unitMean += values[step * columns + unit];
    unitMean /= steps.length || 1;
    let both = 0;
    let own = 0;
    let other = 0;
    for (const step of steps) {
      const x = values[step * columns + unit] - unitMean;
      const y = signal[step] - mean;
      both += x * y;
      own += x * x;
      other += y * y;
    }
    out[unit] = own > 1e-12 && other > 1e-12 ? both / Math.sqrt(own * other) : 0;
  }
  return out;
}

/** Units from the most negative to the most positive score. */
export function orderByScore(scores) {
  return orderByIndex(scores.length).sort((a, b) => scores[b] - scores[a] || a - b);
}
