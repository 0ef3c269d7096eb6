// Playing: the timeline, its speed and loop, the sound, and where the playhead stands.

import { PLAY_EVENT, MOVE_EVENT } from "../shared/events.js";
import { Sound, pageClock } from "./audio.js";
import { Timeline } from "./timeline.js";
import { t } from "./words.js";

/** @import { StageData } from "./data.js" */
/** @import { TransportHooks } from "./contract.js" */

export class Transport {
  position = 0;
  step = -1;
  /** @type {object|null} playing was asked for, and waits for the sound */ wish = null;

  /** @param {StageData} data  @param {TransportHooks} hooks */
  constructor(data, hooks) {
    this.data = data;
    this.hooks = hooks;
    this.clock = data.clock;
    this.start = data.payload.start;
    this.timeline = new Timeline(data.clock, pageClock);
    this.timeline.song = this.edge(this.start);
    this.sound = new Sound(this.timeline);
    this.soundOn = !data.payload.playing;
  }

  /** Follow new data: the playhead keeps its step, and unchanged music is not interrupted. */
  adopt() {
    const { timeline, data: { clock, music, notes } } = this;
    const older = this.clock;
    const over = !this.playing && timeline.position() >= older.end - 1e-6;
    this.clock = clock;
    if (!clock.equals(older)) {
      const place = clock.carry(older, timeline.position());
      timeline.clock = clock;
      timeline.loop = null;
      timeline.seek(place);
    }
    if (music !== this.music) {
      this.sound.setNotes(notes);
      if (over) timeline.seek(clock.start); // other music after the end of the last is to be played
    }
    this.music = music;
    this.step = -1;
  }

  /** A page that names another step than before wants the playhead there. */
  follow(start) {
    if (start !== this.start) {
      this.timeline.seek(this.edge(start));
      this.resound();
    }
    this.start = start;
  }

  /** Seconds at which a step begins. */
  edge(step) {
    return this.clock.edges[this.clock.clampStep(step)];
  }

  /** Move on to now; whether that is another step than before. */
  tick() {
    if (this.playing && this.sound.interrupted) this.pause();
    if (this.playing && !this.sound.live) this.timeline.advance(pageClock() + 0.5);
    if (this.timeline.over) {
      this.halt();
      this.timeline.song = this.timeline.end;
      this.hooks.rests();
    }
    this.position = this.timeline.position();
    const before = this.step;
    this.step = this.clock.stepAt(this.position);
    return this.step !== before;
  }

  get playing() {
    return this.timeline.playing;
  }

  /** Playing, or about to. */
  get wanted() {
    return this.playing || this.wish !== null;
  }

  toggle() {
    return this.wanted ? this.pause() : this.play();
  }

  async play() {
    const wish = (this.wish = {});
    window.dispatchEvent(new CustomEvent(PLAY_EVENT, { detail: { key: this.data.payload.key, stage: this } }));
    if (this.audible) await this.soundUp();
    if (wish !== this.wish) return; // a slow machine's sound took its time: paused, closed or played elsewhere since
    this.wish = null;
    this.timeline.play();
    if (this.sound.live) this.sound.restart();
    this.hooks.changed();
  }

  pause() {
    this.halt();
    this.hooks.changed();
    this.hooks.rests();
  }

  halt() {
    this.wish = null;
    this.timeline.pause();
    this.sound.halt();
  }

  seek(seconds) {
    this.timeline.seek(seconds);
    this.resound();
    this.hooks.moved();
    if (!this.playing) this.hooks.rests();
    window.dispatchEvent(new CustomEvent(MOVE_EVENT, { detail: { key: this.data.payload.key } }));
  }

  seekStep(step) {
    this.seek(this.edge(step));
  }

  async stepBy(count) {
    if (this.wanted) this.pause();
    const step = this.clock.clampStep(this.clock.stepAt(this.timeline.position()) + count);
    this.seekStep(step);
    await this.hearStep(step);
  }

  /** Sound the notes of a step. */
  async hearStep(step = this.clock.stepAt(this.timeline.position())) {
    if (this.audible && (await this.sound.wake()) && !this.wanted) {
      this.sound.preview(this.data.notes.filter((note) => note.step === step));
    }
  }

  /** Play between these seconds only, without a loop; null for all. */
  bound(/** @type {number[]|null} */ seconds) {
    if (seconds) this.setLoop(null);
    const before = this.timeline.bounds;
    this.timeline.bounds = seconds;
    if (String(before) === String(seconds)) return;
    this.timeline.seek(this.timeline.position());
    this.resound();
  }

  setSpeed(speed) {
    this.timeline.setSpeed(speed);
    this.resound();
    this.hooks.changed();
  }

  // -- sound --------------------------------------------------------------------------

  get audible() {
    return this.soundOn && this.data.notes.length > 0;
  }

  /** Begin the sound again from here, after a jump. */
  resound() {
    if (this.sound.live && this.playing) this.sound.restart();
  }

  /** Let the audio clock drive, if this machine can; otherwise play on in silence. */
  async soundUp() {
    const awake = await this.sound.wake();
    if (!this.audible) return; // turned off meanwhile
    if (awake) {
      if (!this.sound.live) this.sound.start();
      this.phoneHint();
    } else {
      this.sound.stop();
      this.hooks.say(t("This browser gave no sound; the stage plays in silence."));
    }
  }

  phoneHint() {
    if (this.hinted || !matchMedia("(pointer: coarse)").matches) return;
    this.hinted = true;
    this.hooks.say(t("No sound? Turn up the volume and check the phone’s mute switch."));
    setTimeout(() => this.hooks.say(""), 9000);
  }

  async toggleSound() {
    this.soundOn = !this.soundOn;
    if (!this.soundOn) this.sound.stop();
    else if (this.playing) await this.soundUp();
    this.hooks.changed();
  }

  muteVoice(voice, on) {
    this.sound.mute(voice, on);
    this.hooks.changed();
  }

  // -- loop ---------------------------------------------------------------------------

  /** Loop from the first to the last step of the pair, or not at all. */
  setLoop(/** @type {number[]|null} */ steps) {
    const { timeline, clock } = this;
    if (steps) steps = [Math.min(...steps), Math.max(...steps)].map((step) => clock.clampStep(step));
    timeline.setLoop(steps ? [clock.edges[steps[0]], clock.edges[steps[1] + 1]] : null);
    if (timeline.loop && (this.position < timeline.loop[0] || this.position >= timeline.loop[1])) timeline.seek(timeline.loop[0]);
    this.resound();
    this.hooks.looped();
  }

  /** Move one end of the loop, 0 or 1, to the current step. */
  loopHere(end) {
    const { timeline, clock } = this;
    const range = timeline.loop ? timeline.loop.map((seconds, place) => clock.stepAt(seconds - place * 1e-6)) : [0, clock.steps - 1];
    range[end] = this.step;
    this.setLoop(range[0] <= range[1] ? range : end ? [0, this.step] : [this.step, clock.steps - 1]);
  }
}
