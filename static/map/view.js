// What of a map of words is on screen, and which names fit there. Pure.

/** @typedef {{x: number, y: number, scale: number}} View  the map's point in the middle, and pixels a unit */

/** The view that shows all points in a canvas. @returns {View} */
export function whole(/** @type {ArrayLike<number>} */ points, width, height) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 2) {
    left = Math.min(left, points[at]);
    right = Math.max(right, points[at]);
    low = Math.min(low, points[at + 1]);
    high = Math.max(high, points[at + 1]);
  }
  const scale = 0.92 * Math.min(width / (right - left || 1), height / (high - low || 1));
  return { x: (left + right) / 2, y: (low + high) / 2, scale };
}

/** The view after zooming by `factor` about a place of the canvas, which stays where it is. @returns {View} */
export function zoomed(/** @type {View} */ view, factor, left, top, width, height) {
  const scale = view.scale * factor;
  const shift = 1 / view.scale - 1 / scale;
  return { scale, x: view.x + (left - width / 2) * shift, y: view.y - (top - height / 2) * shift };
}

/** Pixels from the left and from the top of a point of the map. @returns {[number, number]} */
export function place(/** @type {View} */ view, x, y, width, height) {
  return [(x - view.x) * view.scale + width / 2, height / 2 - (y - view.y) * view.scale];
}

/** Which points lie inside a line drawn by hand, as numbers of points. `line` has pairs of the map's coordinates. */
export function inside(/** @type {ArrayLike<number>} */ points, /** @type {[number, number][]} */ line) {
  const found = [];
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at], points[at + 1]];
    let within = false;
    for (let one = 0, other = line.length - 1; one < line.length; other = one, one += 1) {
      const [[x1, y1], [x2, y2]] = [line[one], line[other]];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) within = !within;
    }
    if (within) found.push(at / 2);
  }
  return found;
}

/** Boxes of names that do not cover each other. */
export class Names {
  /** @type {number[][]} */ boxes = [];

  /** Whether a box of this middle and size is free; if so it is taken. */
  take(x, y, width, height) {
    const box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    for (const other of this.boxes) {
      if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return false;
    }
    this.boxes.push(box);
    return true;
  }
}
