// Sound in step with the timeline: schedules a little ahead on the audio clock.

import { Synth } from "./synth.js";

const AHEAD = 0.18; // seconds scheduled ahead of the audio clock at first: a hand that drags begins anew all the time
const AHEAD_MOST = 1.6; // once it plays on: a busy page comes back to it late, a hidden one once a second
const LEAD = 0.06; // seconds between pressing play and the first sound, beside the latency

/** Seconds of the page's own clock, which runs while there is no sound. */
export const pageClock = () => performance.now() / 1000;

/** @type {AudioContext} */ let sharedContext;
/** @type {Synth} */ let sharedSynth;

/** Browsers allow few audio contexts, so all stages of a page share one. */
function sharedAudio() {
  if (!sharedContext) {
    sharedContext = new AudioContext({ latencyHint: "interactive" });
    sharedSynth = new Synth(sharedContext);
    // Where it exists (iOS), this keeps the mute switch from silencing the page.
    const { audioSession } = /** @type {any} */ (navigator);
    if (audioSession) audioSession.type = "playback";
  }
  return { context: sharedContext, synth: sharedSynth };
}

/** What one stage sounds like. */
export class Sound {
  /** @param {import("./timeline.js").Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.notes = [];
    this.muted = new Set();
    this.bus = null;
    this.timer = 0;
    this.began = 0; // on the audio clock
    this.live = false; // the audio clock drives the timeline
    this.delay = 0; // latency, fixed while a stretch plays so that the playhead runs evenly
  }

  setNotes(notes) {
    this.notes = notes;
    if (this.live && this.timeline.playing) this.restart();
  }

  /** Whether the audio clock stands still though nobody stopped it: a call came in, the device went. */
  get interrupted() {
    return this.live && sharedContext.state !== "running";
  }

  /** Seconds between scheduling a sound and its reaching the ear. */
  latency() {
    return sharedContext?.outputLatency || sharedContext?.baseLatency || 0;
  }

  /** The audio clock as heard: a sound scheduled for T reaches the ear when this is T. */
  heardNow() {
    return sharedContext.currentTime - this.delay;
  }

  /** Wake the audio; must be called from a user's gesture. False if this machine has no sound. */
  async wake() {
    if (typeof AudioContext === "undefined") return false;
    const { context } = sharedAudio();
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    if (context.state !== "running") await Promise.race([context.resume(), wait(700)]);
    if (context.state !== "running") return false;
    const before = context.currentTime;
    for (let tries = 0; tries < 20 && context.currentTime === before; tries += 1) await wait(15);
    return context.currentTime > before;
  }

  /** Hand the timeline to the audio clock. */
  start() {
    this.live = true;
    this.delay = this.latency();
    this.timeline.setSource(() => this.heardNow());
    this.restart();
  }

  /** Hand the timeline back to the page's clock; silent from here. */
  stop() {
    this.halt();
    if (this.live) this.timeline.setSource(pageClock);
    this.live = false;
  }

  /** After any jump (seek, speed, loop): drop what was scheduled and begin again from here. */
  restart() {
    this.halt();
    if (!this.live || !this.timeline.playing) return;
    this.timeline.song = this.timeline.position();
    this.delay = this.latency();
    this.timeline.anchor(this.delay + LEAD);
    this.bus = sharedSynth.bus(this.muted);
    this.began = sharedContext.currentTime;
    this.fresh = true; // notes that are held here are to be heard, too
    this.tick();
    this.timer = setInterval(() => this.tick(), 25);
  }

  halt() {
    clearInterval(this.timer);
    this.timer = 0;
    if (this.bus) this.bus.silence();
    this.bus = null;
  }

  tick() {
    const now = sharedContext.currentTime;
    const { speed } = this.timeline;
    for (const { when, from, to, limit } of this.timeline.advance(now + Math.min(AHEAD_MOST, AHEAD + now - this.began))) {
      // What a busy page has missed is not made up for all at once: it goes on where the playhead is.
      const here = from + Math.max(0, now - when) * speed;
      if (here >= to) continue;
      for (const note of this.notes) {
        if (note.start >= to) break;
        const known = note.start < from && !this.fresh;
        if (known || (note.start < here && (note.voice === "drums" || note.end <= here + 0.1))) continue;
        const onset = Math.max(note.start, here);
        sharedSynth.play(this.bus, note, when + (onset - from) / speed, (Math.min(note.end, limit) - onset) / speed);
      }
      this.fresh = false;
    }
  }

  mute(voice, on) {
    if (on) this.muted.add(voice);
    else this.muted.delete(voice);
    if (this.bus) this.bus.mute(voice, on);
  }

  /** Let a step be heard while stepping by hand. */
  preview(notes) {
    if (!sharedContext || sharedContext.state !== "running") return;
    if (this.bus) this.bus.silence();
    this.bus = sharedSynth.bus(this.muted);
    for (const note of notes) {
      sharedSynth.play(this.bus, note, sharedContext.currentTime + 0.01, Math.min(0.8, note.end - note.start));
    }
  }
}
