// 16-bit PCM WAV out of channels of floats. Pure.

/**
 * @param {Float32Array[]} channels equally long, −1..1
 * @param {number} rate samples a second
 * @returns {ArrayBuffer} a RIFF/WAVE file
 */
export function encodeWav(channels, rate) {
  const frames = channels[0].length;
  const block = 2 * channels.length;
  const buffer = new ArrayBuffer(44 + frames * block);
  const out = new DataView(buffer);
  const text = (at, letters) => {
    for (let i = 0; i < letters.length; i += 1) out.setUint8(at + i, letters.charCodeAt(i));
  };
  text(0, "RIFF");
  out.setUint32(4, 36 + frames * block, true);
  text(8, "WAVEfmt ");
  out.setUint32(16, 16, true);
  out.setUint16(20, 1, true); // PCM
  out.setUint16(22, channels.length, true);
  out.setUint32(24, rate, true);
  out.setUint32(28, rate * block, true);
  out.setUint16(32, block, true);
  out.setUint16(34, 16, true);
  text(36, "data");
  out.setUint32(40, frames * block, true);
  let at = 44;
  for (let frame = 0; frame < frames; frame += 1) {
    for (const channel of channels) {
      const sample = Math.min(1, Math.max(-1, channel[frame]));
      out.setInt16(at, Math.round(sample * 32767), true);
      at += 2;
    }
  }
  return buffer;
}
