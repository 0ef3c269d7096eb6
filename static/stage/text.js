// Numbers, times and names as a reader writes them. Pure.

const PITCH_NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** A value with a true minus sign and a fixed number of decimals: `−0.421`. */
export function numberText(value, decimals = 3) {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A bound of a colour range: as few digits as it needs, `−1`, `0.25`. */
export function boundText(value) {
  return numberText(Number(value.toPrecision(3)), 3).replace(/\.?0+$/, "") || "0";
}

/** Seconds as `m:ss.d`. */
export function timeText(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const minutes = Math.floor(tenths / 600);
  const rest = tenths - minutes * 600;
  return `${minutes}:${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`;
}

/** A probability as a percentage; small ones say so rather than `0.0%`. */
export function percentText(p) {
  if (p > 0 && p < 0.0005) return "< 0.1%";
  return `${(100 * p).toFixed(1)}%`;
}

/** Scientific name of a MIDI pitch: 60 is `C4`. */
export function pitchText(pitch) {
  return `${PITCH_NAMES[((pitch % 12) + 12) % 12]}${Math.floor(pitch / 12) - 1}`;
}

/** An axis as it is shown: `n_a[2]`, the units of layer 2, is `n_a`. */
export const axisName = (axis) => axis.replace(/\[\d+\]$/, "");

/** A shape with its axis names: `(Tx=60, n_a=64)`. `shape` is a list of [name, size]. */
export function shapeText(shape) {
  return `(${shape.map(([name, size]) => `${name}=${size}`).join(", ")})`;
}

/** A file name out of a title in any script: lower case, dashes, at most 60 characters. */
export function slugText(title, fallback = "stage") {
  const words = title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "") // accents of Latin letters
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Mark}\p{Number}]+/gu, "-");
  const slug = [...words].slice(0, 60).join("").replace(/^-+|-+$/g, "");
  return slug || fallback;
}

/** `text` cut to what `measure` says fits in `width`, with an ellipsis; "" if nothing does. */
export function fitText(text, width, measure) {
  if (measure(text) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle)}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? `${text.slice(0, low)}…` : "";
}
