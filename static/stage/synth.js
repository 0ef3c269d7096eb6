// The instrument: a warm lead, an electric piano, a plucked bass, cymbals and drums.
// Works on a live AudioContext and on an OfflineAudioContext alike.

const VOICES = ["solo", "chords", "bass", "drums"];
const LEVELS = { solo: 0.6, chords: 0.26, bass: 0.17, drums: 0.75 };
const REVERB = { solo: 0.2, chords: 0.24, bass: 0.03, drums: 0.09 };

function frequency(pitch) {
  return 440 * 2 ** ((pitch - 69) / 12);
}

/** Noise that is the same every time (xorshift), so that a WAV is the same every time. */
function noise(context, seconds, seed = 1) {
  const buffer = context.createBuffer(1, Math.ceil(seconds * context.sampleRate), context.sampleRate);
  const samples = buffer.getChannelData(0);
  let state = seed;
  for (let i = 0; i < samples.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    samples[i] = state / 2147483648;
  }
  return buffer;
}

function room(context) {
  const seconds = 1.3;
  const buffer = context.createBuffer(2, Math.ceil(seconds * context.sampleRate), context.sampleRate);
  for (const [channel, seed] of [[0, 7], [1, 1234567]]) {
    const raw = noise(context, seconds, seed).getChannelData(0);
    const out = buffer.getChannelData(channel);
    let soft = 0;
    for (let i = 0; i < out.length; i += 1) {
      const t = i / context.sampleRate;
      soft += (raw[i] - soft) * (0.55 - 0.4 * Math.min(1, t)); // the high notes die first
      out[i] = soft * Math.exp(-4.6 * t) * Math.min(1, t / 0.012);
    }
  }
  const node = context.createConvolver();
  node.buffer = buffer;
  return node;
}

/** One mixing desk on a context: voices → levels → compressor and room → out. */
export class Synth {
  constructor(context) {
    this.context = context;
    this.hiss = noise(context, 2);
    const limiter = context.createDynamicsCompressor();
    limiter.threshold.value = -9;
    limiter.knee.value = 9;
    limiter.ratio.value = 14;
    limiter.attack.value = 0.003;
    limiter.release.value = 0.16;
    limiter.connect(context.destination);
    const reverb = room(context);
    const wet = context.createGain();
    wet.gain.value = 0.55;
    reverb.connect(wet).connect(limiter);
    this.out = limiter;
    this.reverb = reverb;
  }

  /** A set of channels that can be silenced at once; what a stage plays goes through one. */
  bus(muted = new Set()) {
    const master = this.context.createGain();
    master.connect(this.out);
    const send = this.context.createGain();
    send.connect(this.reverb);
    const channels = {};
    for (const voice of VOICES) {
      const level = this.context.createGain();
      level.gain.value = muted.has(voice) ? 0 : LEVELS[voice];
      level.connect(master);
      const wet = this.context.createGain();
      wet.gain.value = REVERB[voice];
      level.connect(wet).connect(send);
      channels[voice] = level;
    }
    return {
      channels,
      mute: (voice, on) => {
        const level = on ? 0 : LEVELS[voice];
        channels[voice].gain.setTargetAtTime(level, this.context.currentTime, 0.015);
      },
      silence: () => {
        const now = this.context.currentTime;
        for (const node of [master, send]) {
          node.gain.setTargetAtTime(0, now, 0.012);
          setTimeout(() => node.disconnect(), 150);
        }
      },
    };
  }

  /** Play one note on a bus at context time `when` for `seconds`. */
  play(bus, note, when, seconds) {
    const loud = (note.velocity / 127) ** 1.5;
    const voice = VOICES.includes(note.voice) ? note.voice : "solo";
    const out = note.pan ? this.aside(bus.channels[voice], note.pan) : bus.channels[voice];
    if (voice === "drums") this.drum(out, note.pitch, when, loud);
    else if (voice === "bass") this.bass(out, note.pitch, when, seconds, loud);
    else if (voice === "chords") this.chord(out, note.pitch, when, seconds, loud);
    else this.lead(out, note.pitch, when, seconds, loud);
  }

  /** A way to a channel that stands left (−1) or right (1). */
  aside(channel, pan) {
    const node = this.context.createStereoPanner();
    node.pan.value = pan;
    node.connect(channel);
    return node;
  }

  oscillator(type, hertz, when, until, detune = 0) {
    const node = this.context.createOscillator();
    node.type = type;
    node.frequency.value = hertz;
    node.detune.value = detune;
    node.start(when);
    node.stop(until);
    return node;
  }

  /** Gain that rises to `peak`, falls to `hold`, and lets go at `off`. */
  envelope(when, off, { peak, attack, decay, hold, release }) {
    const node = this.context.createGain();
    const gain = node.gain;
    gain.setValueAtTime(0, when);
    gain.linearRampToValueAtTime(peak, when + attack);
    gain.setTargetAtTime(hold, when + attack, decay);
    gain.setTargetAtTime(0, Math.max(off, when + attack), release);
    return node;
  }

  lead(out, pitch, when, seconds, loud) {
    const hertz = frequency(pitch);
    const off = when + Math.max(0.05, seconds - 0.02);
    const until = off + 0.5;
    const filter = this.context.createBiquadFilter();
    filter.type = "lowpass";
    filter.Q.value = 0.8;
    const bright = Math.min(9000, hertz * (2.2 + 3.2 * loud) + 500);
    filter.frequency.setValueAtTime(bright * 0.45, when);
    filter.frequency.linearRampToValueAtTime(bright, when + 0.045);
    filter.frequency.setTargetAtTime(bright * 0.55, when + 0.06, 0.25);
    const body = this.envelope(when, off, {
      peak: 0.34 * (0.35 + 0.65 * loud), attack: 0.022, decay: 0.22,
      hold: 0.24 * (0.35 + 0.65 * loud), release: 0.045,
    });
    const saw = this.oscillator("sawtooth", hertz, when, until, -4);
    const triangle = this.oscillator("triangle", hertz, when, until, 4);
    const half = this.context.createGain();
    half.gain.value = 0.55;
    saw.connect(half).connect(filter);
    triangle.connect(filter);
    if (seconds > 0.32) {
      const vibrato = this.oscillator("sine", 5.1, when, until);
      const depth = this.context.createGain();
      depth.gain.setValueAtTime(0, when + 0.18);
      depth.gain.linearRampToValueAtTime(9, when + 0.5); // cents
      vibrato.connect(depth);
      depth.connect(saw.detune);
      depth.connect(triangle.detune);
    }
    filter.connect(body).connect(out);
  }

  chord(out, pitch, when, seconds, loud) {
    const hertz = frequency(pitch);
    const off = when + Math.max(0.08, seconds - 0.03);
    const until = off + 0.8;
    const carrier = this.oscillator("sine", hertz, when, until);
    const bell = this.oscillator("sine", hertz, when, until);
    const depth = this.context.createGain();
    depth.gain.setValueAtTime(hertz * (0.6 + 1.3 * loud), when);
    depth.gain.setTargetAtTime(hertz * 0.12, when, 0.35);
    bell.connect(depth).connect(carrier.frequency);
    const tine = this.oscillator("sine", Math.min(8000, hertz * 7), when, Math.min(until, when + 0.4));
    const ping = this.envelope(when, when + 0.05, {
      peak: 0.05 * loud, attack: 0.002, decay: 0.05, hold: 0.004, release: 0.05,
    });
    const body = this.envelope(when, off, {
      peak: 0.5 * loud, attack: 0.005, decay: 0.7, hold: 0.12 * loud, release: 0.07,
    });
    carrier.connect(body).connect(out);
    tine.connect(ping).connect(out);
  }

  bass(out, pitch, when, seconds, loud) {
    const hertz = frequency(pitch);
    const off = when + Math.max(0.08, seconds - 0.015);
    const until = off + 0.3;
    const filter = this.context.createBiquadFilter();
    filter.type = "lowpass";
    filter.frequency.setValueAtTime(hertz * 6 + 500, when);
    filter.frequency.setTargetAtTime(hertz * 2 + 120, when, 0.09);
    const body = this.envelope(when, off, {
      peak: 0.75 * (0.4 + 0.6 * loud), attack: 0.006, decay: 0.4, hold: 0.22 * loud, release: 0.03,
    });
    this.oscillator("triangle", hertz, when, until).connect(filter);
    this.oscillator("sine", hertz, when, until, 2).connect(filter);
    filter.connect(body).connect(out);
  }

  hit(out, when, { type, hertz, q = 0.7, peak, fade, last }) {
    const source = this.context.createBufferSource();
    source.buffer = this.hiss;
    source.loop = true;
    const filter = this.context.createBiquadFilter();
    filter.type = type;
    filter.frequency.value = hertz;
    filter.Q.value = q;
    const body = this.context.createGain();
    body.gain.setValueAtTime(peak, when);
    body.gain.setTargetAtTime(0, when, fade);
    source.connect(filter).connect(body).connect(out);
    source.start(when, (when * 7.31) % 1.5);
    source.stop(when + last);
  }

  thump(out, when, from, to, peak, fade) {
    const tone = this.oscillator("sine", from, when, when + 8 * fade);
    tone.frequency.setValueAtTime(from, when);
    tone.frequency.exponentialRampToValueAtTime(to, when + 0.06);
    const body = this.context.createGain();
    body.gain.setValueAtTime(peak, when);
    body.gain.setTargetAtTime(0, when + 0.01, fade);
    tone.connect(body).connect(out);
  }

  drum(out, pitch, when, loud) {
    if (pitch === 35 || pitch === 36) {
      this.thump(out, when, 130, 48, 0.8 * loud, 0.09);
    } else if (pitch >= 37 && pitch <= 40) {
      this.hit(out, when, { type: "bandpass", hertz: 1900, q: 0.5, peak: 0.5 * loud, fade: 0.05, last: 0.4 });
      this.thump(out, when, 240, 170, 0.25 * loud, 0.04);
    } else if (pitch === 42 || pitch === 44 || pitch === 46) {
      const fade = pitch === 46 ? 0.16 : pitch === 44 ? 0.025 : 0.035;
      this.hit(out, when, { type: "highpass", hertz: 7600, peak: 0.34 * loud, fade, last: 8 * fade });
    } else if (pitch >= 49 && pitch <= 59) {
      this.hit(out, when, { type: "highpass", hertz: 6200, peak: 0.13 * loud, fade: 0.24, last: 1.6 });
      this.hit(out, when, { type: "bandpass", hertz: 5200, q: 6, peak: 0.42 * loud, fade: 0.03, last: 0.3 });
      for (const hertz of [3170, 4410, 5230]) {
        const ring = this.oscillator("square", hertz, when, when + 0.8);
        const body = this.context.createGain();
        body.gain.setValueAtTime(0.006 * loud, when);
        body.gain.setTargetAtTime(0, when, 0.16);
        ring.connect(body).connect(out);
      }
    } else {
      this.thump(out, when, frequency(pitch + 12), frequency(pitch), 0.4 * loud, 0.1);
    }
  }
}

/** The notes as a stereo sound, rendered faster than real time. */
export async function renderSound(notes, { speed = 1, muted = new Set(), start = 0, rate = 44100 } = {}) {
  const heard = notes.filter((note) => !muted.has(note.voice));
  const last = heard.reduce((latest, note) => Math.max(latest, note.end), start);
  const context = new OfflineAudioContext(2, Math.ceil(((last - start) / speed + 1.4) * rate), rate);
  const synth = new Synth(context);
  const bus = synth.bus();
  for (const note of heard) {
    synth.play(bus, note, 0.05 + (note.start - start) / speed, (note.end - note.start) / speed);
  }
  return context.startRendering();
}
