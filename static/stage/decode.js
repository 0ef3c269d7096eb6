// Typed arrays out of the payload: base64, little endian, with dtype and shape. Pure.

/** @import { ArrayData, Matrix, Note, NotesData } from "./contract.js" */

/** @type {Record<string, any>} */
const ARRAY_TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

/**
 * An array of the payload.
 * @param {ArrayData} packed
 * @returns {Matrix}
 */
export function decodeArray(packed) {
  if ("values" in packed) return packed; // already unpacked
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  const { dtype, shape, low = 0, high = 1 } = packed;
  const values = dtype === "u1" // shades between low and high
    ? Float32Array.from(bytes, (shade) => low + ((high - low) * shade) / 255)
    : new ARRAY_TYPES[dtype](bytes.buffer);
  return { values, shape };
}

/** Notes of the payload, one object a note, in order of onset. @returns {Note[]} */
export function decodeNotes(/** @type {NotesData} */ packed) {
  if (Array.isArray(packed)) return packed; // already unpacked
  const start = decodeArray(packed.start).values;
  const end = decodeArray(packed.end).values;
  return Array.from(start, (onset, place) => ({
    start: onset,
    end: end[place],
    pitch: packed.pitch[place],
    voice: packed.voice[place],
    velocity: packed.velocity[place],
    step: packed.step[place],
  })).sort((one, other) => one.start - other.start);
}
