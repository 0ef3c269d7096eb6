// Colours, computed: OKLCH to sRGB, the two colour maps, one hue for each axis name. Pure.

/** OKLab lightness 0..1, chroma, hue in degrees to linear sRGB (may lie outside 0..1). */
function oklchToLinear(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  // Ottosson (2020), "A perceptual color space for image processing".
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function encodeChannel(value) {
  const linear = Math.min(1, Math.max(0, value));
  const encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * encoded);
}

/** [r, g, b] 0..255; chroma is lowered until the colour can be shown, lightness kept. */
export function oklch(lightness, chroma, hue) {
  let linear = oklchToLinear(lightness, chroma, hue);
  for (let tries = 0; tries < 40 && linear.some((v) => v < -1e-4 || v > 1 + 1e-4); tries += 1) {
    chroma *= 0.94;
    linear = oklchToLinear(lightness, chroma, hue);
  }
  return linear.map(encodeChannel);
}

/** WCAG relative luminance of [r, g, b]. */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG contrast ratio of two colours, 1 to 21. */
export function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

export function cssColour(/** @type {number[]} */ [r, g, b]) {
  return `rgb(${r}, ${g}, ${b})`;
}

/** @type {(text: string) => number[]|null} [r, g, b] of what `getComputedStyle` or a theme variable gives; null if it is neither. */
export function parseColour(text) {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim());
  if (hex) {
    const digits = hex[1].length < 6 ? [...hex[1]].map((digit) => digit + digit).join("") : hex[1];
    return [0, 2, 4].map((place) => Number.parseInt(digits.slice(place, place + 2), 16));
  }
  const numbers = /^rgba?\(([^)]+)\)/i.exec(text.trim());
  return numbers ? numbers[1].split(/[\s,/]+/).slice(0, 3).map(Number) : null;
}

const STEPS = 256;
const BLUE = 255;
const ORANGE = 55;

/**
 * Zero-centred map, blue below and orange above: a pair that colour-blind readers tell
 * apart. Zero lies near the page's background, so what is large stands out in both themes.
 * @returns {number[][]} 256 colours, low to high
 */
export function divergingMap(dark) {
  const zero = dark ? 0.27 : 0.975;
  const far = dark ? 0.83 : 0.43;
  return Array.from({ length: STEPS }, (_, place) => {
    const signed = (2 * place) / (STEPS - 1) - 1;
    const size = Math.abs(signed);
    const chroma = 0.15 * size ** 0.75;
    return oklch(zero + (far - zero) * size ** 0.75, chroma, signed < 0 ? BLUE : ORANGE);
  });
}

/** From nothing to full: 256 colours whose lightness only falls (light) or rises (dark). */
export function sequentialMap(dark) {
  const none = dark ? 0.25 : 0.98;
  const full = dark ? 0.86 : 0.36;
  return Array.from({ length: STEPS }, (_, place) => {
    const share = place / (STEPS - 1);
    const hue = dark ? 265 - 75 * share : 195 + 75 * share;
    return oklch(none + (full - none) * share, 0.11 * share ** 0.6, hue);
  });
}

/** Which map a range asks for: zero-centred where it holds both signs. */
export function mapFor(low, high) {
  return low < 0 && high > 0 ? "diverging" : "sequential";
}

/** Place of a value in a 256-colour map; a diverging range is widened to be zero-centred. */
export function colourIndex(value, low, high) {
  if (low < 0 && high > 0) {
    const reach = Math.max(-low, high);
    [low, high] = [-reach, reach];
  }
  const share = (value - low) / (high - low || 1);
  return Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
}

/** Colours as 32-bit pixels of an ImageData buffer (little endian, as all browsers are). */
export function packColours(colours) {
  return Uint32Array.from(colours, ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
}

const AXIS_HUES = { m: 305, Tx: 200, Ty: 200, n_values: 355, n_a: 145, e_length: 80 };

/** The colour of an axis name, the same everywhere; null for a name without one. */
export function axisColour(name, dark) {
  const hue = AXIS_HUES[name];
  return hue === undefined ? null : oklch(dark ? 0.8 : 0.48, 0.12, hue);
}
