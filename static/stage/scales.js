// From seconds to pixels: one x axis for all lanes. Pure.

/**
 * Sizes that all lanes share, in CSS pixels.
 * @param {number} width  of the stage's inside
 * @param {{scale?: number, compact?: boolean, room?: number}} options  room: the part of their height that lanes have
 */
export function makeLayout(width, { scale = 1, compact = false, room = 1 } = {}) {
  const phone = width < 560;
  const nowInside = width >= 820 * Math.sqrt(scale);
  const gutter = Math.round((phone ? 38 : 54) * scale);
  const gap = Math.round(14 * scale);
  const now = nowInside ? Math.round(Math.min(240 * scale, width * 0.26)) : 0;
  const plot = Math.max(40, Math.round(width - gutter - (now ? now + gap : 0)));
  return { width, phone, nowInside, gutter, gap, now, plot, scale, compact, room, font: 13 * scale };
}

/**
 * Pixels a second: enough that a short step is `minStep` wide, and never less than what
 * shows the whole clock in the plot. `zoom` multiplies the former.
 */
export function pixelsPerSecond(clock, plot, minStep, zoom = 1) {
  const fit = plot / clock.duration;
  return Math.max(fit, (zoom * minStep) / clock.shortLength());
}

/** The stretch of time on screen. `from` is the second at the left edge of the plot. */
export class View {
  constructor(clock, layout, pps, from) {
    this.clock = clock;
    this.left = layout.gutter;
    this.width = layout.plot;
    this.pps = pps;
    const room = Math.max(clock.start, clock.end - layout.plot / pps);
    this.from = Math.min(room, Math.max(clock.start, from));
    this.to = this.from + layout.plot / pps;
    this.first = clock.stepAt(this.from);
    this.last = clock.stepAt(this.to);
  }

  /** Whether everything is on screen at once. */
  get whole() {
    return this.from <= this.clock.start + 1e-9 && this.to >= this.clock.end - 1e-6;
  }

  x(seconds) {
    return this.left + (seconds - this.from) * this.pps;
  }

  seconds(x) {
    return this.clock.clampSeconds(this.from + (x - this.left) / this.pps);
  }

  /** The left edge of the view that keeps `seconds` on screen: turns the page when it must. */
  follow(seconds) {
    const x = (seconds - this.from) * this.pps;
    if (x >= 0 && x <= this.width * 0.86) return this.from;
    if (this.to >= this.clock.end - 1e-9 && x >= 0 && x <= this.width) return this.from;
    const room = Math.max(this.clock.start, this.clock.end - this.width / this.pps);
    return Math.min(room, Math.max(this.clock.start, seconds - (this.width * 0.14) / this.pps));
  }
}

/** Height of a heatmap's row: whole pixels where that fits the target, a share of it if not. */
export function rowHeight(rows, target, smallest = 1) {
  const exact = target / rows;
  return exact >= smallest ? Math.max(smallest, Math.floor(exact)) : exact;
}

/** Row number under y among `rows` of equal height in `height`; −1 outside. */
export function rowAt(y, rows, height) {
  if (y < 0 || y >= height) return -1;
  return Math.min(rows - 1, Math.floor((y / height) * rows));
}
