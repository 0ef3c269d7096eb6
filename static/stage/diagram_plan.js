// Where the parts of the unrolled network stand. Pure.

/** `x⟨5⟩`, `a⟨t−1⟩`. */
export function atStep(symbol, step) {
  return `${symbol}⟨${typeof step === "number" ? step + 1 : step}⟩`;
}

/** A shape as [text, axis] pieces: `(None, 64)`, or only the known sizes, `64`, where short. */
export function shapePieces(shape, short = false) {
  if (short) {
    const known = shape.filter(([axis, size]) => size !== null && axis !== "1");
    return (known.length ? known : shape).flatMap(([axis, size], place) => [
      ...(place ? [["×", null]] : []), [size === null ? axis : String(size), axis],
    ]);
  }
  const pieces = shape.flatMap(([axis, size], place) => [
    ...(place ? [[", ", null]] : []), [size === null ? "None" : String(size), axis],
  ]);
  return [["(", null], ...pieces, [")", null]];
}

export function piecesText(pieces) {
  return pieces.map(([text]) => text).join("");
}

/** The layer that only gives its last output, and whether a layer exists at every step. */
export function lastOnlyFrom(layers) {
  const place = layers.findIndex((layer) => layer.returns === "last");
  return place < 0 ? layers.length : place;
}

/**
 * Heights, from the top: boxes of the layers (first = lowest) and the arrow below each; one
 * arrow more leaves the highest layer.
 * @returns {{height: number, boxes: {top, bottom}[], arrows: {top, bottom}[]}}
 */
export function planRows(layers, { font, compact }) {
  const arrow = font * (compact ? 2.5 : 2.9);
  const plain = font * (compact ? 1.7 : 2);
  const state = (count) => font * (compact ? 2.7 : 2.9) * Math.max(1, count);
  const heights = layers.map((layer) => (layer.state.length ? state(layer.state.length) : plain));
  const height = Math.round(heights.reduce((sum, each) => sum + each, 0) + arrow * (layers.length + 1));
  const boxes = [];
  const arrows = [];
  let y = height;
  layers.forEach((layer, place) => {
    arrows.push({ bottom: y, top: y - arrow });
    y -= arrow;
    boxes.push({ bottom: y, top: y - heights[place] });
    y -= heights[place];
  });
  arrows.push({ bottom: y, top: y - arrow });
  return { height, boxes, arrows };
}

/**
 * Which copies are drawn, and where. Each stands over its own step where steps are wide
 * enough; if not, the current one does, and its neighbours stand beside it.
 * @param {import("./scales.js").View} view
 * @param {number} step   the current step
 * @param {{fullPitch: number, miniPitch: number}} want  widths of a copy with full labels, and with the shortest
 * @returns {{own: boolean, pitch: number, copies: {t: number, x: number}[]}}
 */
export function planCopies(view, step, { fullPitch, miniPitch }) {
  const { clock, left, width } = view;
  const centre = (t) => (view.x(clock.edges[t]) + view.x(clock.edges[t + 1])) / 2;
  const narrowest = clock.shortLength(0) * view.pps;
  if (narrowest >= miniPitch) {
    const copies = [];
    for (let t = view.first; t <= view.last; t += 1) copies.push({ t, x: centre(t) });
    return { own: true, pitch: narrowest, copies };
  }
  // At least the current copy and most of both its neighbours.
  const pitch = Math.min(fullPitch, Math.max(miniPitch, width / 2.6));
  const lowest = left + Math.min(pitch, width) / 2;
  const x0 = Math.min(Math.max(centre(step), lowest), Math.max(lowest, left + width - pitch / 2));
  const copies = [];
  const before = Math.floor((x0 - left + pitch / 2) / pitch);
  const after = Math.floor((left + width - x0 + pitch / 2) / pitch);
  for (let t = Math.max(0, step - before); t <= Math.min(clock.steps - 1, step + after); t += 1) {
    copies.push({ t, x: x0 + (t - step) * pitch });
  }
  return { own: false, pitch, copies };
}

/** Slow at both ends; 0..1 to 0..1. */
export function easeShare(share) {
  const clipped = Math.min(1, Math.max(0, share));
  return clipped * clipped * (3 - 2 * clipped);
}
