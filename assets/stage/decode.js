// Typed arrays out of the payload: base64, little endian, with dtype and shape. Pure.

const ARRAY_TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

/**
 * An array of the payload.
 * @param {{dtype: string, shape: number[], data: string}} packed
 * @returns {{values: Float32Array|Float64Array|Int32Array, shape: number[]}}
 */
export function decodeArray(packed) {
  if (packed.values) return packed; // already unpacked
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return { values: new ARRAY_TYPES[packed.dtype](bytes.buffer), shape: packed.shape };
}

/** Notes of the payload, one object a note, in order of onset. */
export function decodeNotes(packed) {
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
