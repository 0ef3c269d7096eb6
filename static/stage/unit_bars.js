// Every unit's value at one step, as pixels: its colour, and a bar from zero. Pure.

import { colourIndex } from "./colours.js";

/** A pixel of 32 bits between two others. */
function mixPixels(one, other, share) {
  let mixed = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const from = (one >> shift) & 255;
    mixed |= Math.round(from + (((other >> shift) & 255) - from) * share) << shift;
  }
  return mixed;
}

/**
 * Paint the units from the top down, each as a row of `out`, which is `width` by `height` pixels.
 * @param {Uint32Array} out
 * @param {object} of
 * @param {ArrayLike<number>} of.row  the values; what is not a number, where a sequence has ended, has no bar
 * @param {ArrayLike<number>} of.order  the units from the top down
 * @param {number} of.low  @param {number} of.high
 * @param {ArrayLike<number>} of.pixels  the colour map
 * @param {number} of.width  @param {number} of.height
 * @param {number} of.strip  width of the colours
 * @param {number} of.left  where the bars' ground begins
 * @param {number} of.thin  width of the line at zero, and of the gap below a bar that is three times as high
 * @param {number} of.ground  @param {number} of.faint  pixels
 */
export function paintUnits(out, { row, order, low, high, pixels, width, height, strip, left, thin, ground, faint }) {
  const signed = low < 0 && high > 0;
  const reach = signed ? Math.max(-low, high) : high - low;
  const full = (width - left) / (signed ? 2 : 1);
  const zero = width - full;
  const line = Math.round(zero / thin) * thin;
  const each = height / order.length;
  for (let place = 0; place < order.length; place += 1) {
    const top = Math.round(place * each);
    const bottom = Math.round((place + 1) * each);
    const start = top * width;
    const value = row[order[place]];
    out.fill(0, start, start + left);
    out.fill(ground, start + left, start + width);
    if (Number.isFinite(value)) {
      out.fill(pixels[colourIndex(value, low, high)], start, start + strip);
      const share = (signed ? value : value - low) / reach;
      // Bars near zero would vanish in the map's own pale colours; the map is kept but deepened.
      const deep = signed ? 127.5 + Math.sign(share) * (70 + 57.5 * Math.abs(share)) : 110 + 145 * share;
      const colour = pixels[Math.max(0, Math.min(255, Math.round(deep)))];
      const tip = zero + Math.max(-1, Math.min(1, share)) * full;
      const [from, to] = tip < zero ? [tip, zero] : [zero, tip];
      const [first, last] = [Math.floor(from), Math.floor(to)];
      out.fill(colour, start + first, start + last);
      // The ends as faint as the share of their pixel that they cover.
      if (from > first) out[start + first] = mixPixels(ground, colour, Math.min(to, first + 1) - from);
      if (to > last && last > first) out[start + last] = mixPixels(ground, colour, to - last);
      else if (to > last && from === first) out[start + last] = mixPixels(ground, colour, to - from);
    }
    out.fill(faint, start + line, start + line + thin);
    for (let y = top + 1; y < bottom; y += 1) out.copyWithin(y * width, start, start + width);
    for (let y = bottom - thin; each >= 3 * thin && y < bottom; y += 1) {
      out.fill(ground, y * width + left, (y + 1) * width);
      out.fill(faint, y * width + line, y * width + line + thin);
    }
  }
  return out;
}
