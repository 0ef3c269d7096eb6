// Where a line's name can stand beside it without touching another line. Pure.

/** The lines that are ever highest, then the highest others: which ones deserve a colour. */
export function leadingLines(values, rows, columns, count) {
  const peak = Float64Array.from({ length: columns }, () => -Infinity);
  for (let step = 0; step < rows; step += 1) {
    for (let line = 0; line < columns; line += 1) {
      const value = values[step * columns + line];
      if (value > peak[line]) peak[line] = value; // not NaN, where a shorter sequence has ended
    }
  }
  const order = Array.from({ length: columns }, (_, line) => line);
  const lead = order.sort((one, other) => peak[other] - peak[one] || one - other).slice(0, count);
  // Colours go by number, so that they stay when the values change a little.
  return lead.sort((one, other) => one - other);
}

/** How many steps from `first` on have numbers, before a shorter sequence has ended. */
export function fullSteps(values, columns, first) {
  let step = first;
  while (step * columns < values.length && Number.isFinite(values[step * columns])) step += 1;
  return step - first;
}

// Where along a name the lines are looked at: a steep line crosses it between coarser places.
const SHARES = Array.from({ length: 13 }, (_, place) => place / 12 - 0.5);

/**
 * A place for each line's name, at the point where it is farthest from all other lines.
 * @param {object} of
 * @param {number[]} of.xs     x of each step on screen
 * @param {{line: number, width: number, ys: number[]}[]} of.lines
 * @param {number} of.font  @param {number} of.left  @param {number} of.right  @param {number} of.height
 * @returns {{line: number, x: number, y: number}[]} centre of each name; lines whose name
 *   fits nowhere are left out
 */
export function labelPlaces({ xs, lines, font, left, right, height }) {
  /** @type {{line: number, x: number, y: number, width: number}[]} */
  const placed = [];
  const need = font * 0.62;
  const spaced = (x, y, width) => placed.every((other) =>
    Math.abs(other.x - x) > (other.width + width) / 2 + 4 || Math.abs(other.y - y) > font * 1.15);
  // y of a line anywhere between two steps.
  const level = (ys, x) => {
    let place = xs.findIndex((each) => each >= x);
    if (place <= 0) place = place === 0 ? 0 : xs.length - 1;
    if (place === 0 || xs[place] <= x) return ys[place];
    const share = (x - xs[place - 1]) / (xs[place] - xs[place - 1]);
    return ys[place - 1] + share * (ys[place] - ys[place - 1]);
  };
  for (const { line, width, ys } of lines) {
    /** @type {{line: number, x: number, y: number, width: number, clear: number}|null} */
    let best = null;
    for (let place = 0; place < xs.length; place += 1) {
      const x = Math.min(right - width / 2, Math.max(left + width / 2, xs[place]));
      if (x - width / 2 < left || x + width / 2 > right) continue;
      for (const y of [ys[place] - font * 0.95, ys[place] + font * 0.95]) {
        if (y < font * 0.55 || y > height - font * 0.55 || !spaced(x, y, width)) continue;
        // The name's own line may pass close by, any other has to be farther away than that.
        let own = Infinity;
        let clear = Infinity;
        for (const other of lines) {
          for (const share of SHARES) {
            const away = Math.abs(level(other.ys, x + share * width) - y);
            if (other.line === line) own = Math.min(own, away);
            else clear = Math.min(clear, away);
          }
        }
        const far = Math.abs(level(ys, x) - y) * 1.1;
        if (own < need || clear < Math.max(need, far)) continue;
        if (!best || Math.min(clear, 4 * font) > best.clear + 0.5) best = { line, x, y, width, clear: Math.min(clear, 4 * font) };
      }
    }
    if (best) placed.push(best);
  }
  return placed.map(({ line, x, y }) => ({ line, x, y }));
}
