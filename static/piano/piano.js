// A piano for a start of one's own: by mouse, by touch, on the computer's keyboard or a MIDI keyboard.

import { PLAY_EVENT } from "../shared/events.js";
import { Clock } from "../stage/clock.js";
import { Sound, pageClock } from "../stage/audio.js";
import { Timeline } from "../stage/timeline.js";
import { element } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { CODES, Tune, isBlack, letterOf, pitchName } from "./keys.js";

const WIDE = 620; // px from which two octaves have room for fingers
const REST = 250; // ms after the last key before the tune is told
const [LOWEST, HIGHEST] = [24, 84]; // of the first key

/** When it happened, which on a busy page is before it is told. */
const secondsOf = (event) => event.timeStamp / 1000;

class PianoView {
  tune = new Tune();
  version = -1; // of the tune: counts what was played
  first = 60; // pitch of the first key
  /** @type {Map<string, {pitch: number, from: number}>} keys that are down, by what holds them */ held = new Map();
  /** @type {(played: object) => void} */ tell;
  /** @type {any} what the browser lets hear of MIDI */ access;
  /** @type {HTMLElement} built, as are the others, with the first data */ keys;
  /** @type {HTMLElement} */ count;
  /** @type {HTMLElement} */ said;
  /** @type {Record<"lower"|"higher"|"hear"|"rest"|"undo"|"clear", HTMLButtonElement>} */ tools;
  timer = 0;

  constructor(root) {
    this.node = element("div", { class: "piano", role: "group" });
    root.append(this.node);
    this.timeline = new Timeline(new Clock(Float32Array.of(0, 1)), pageClock);
    this.sound = new Sound(this.timeline);
    this.ended = new AbortController();
    const on = (target, type, act) => target.addEventListener(type, act, { signal: this.ended.signal });
    on(this.node, "keydown", (event) => this.keyDown(event));
    on(this.node, "keyup", (event) => this.release(event.code, secondsOf(event)));
    on(this.node, "focusout", ({ relatedTarget }) => { if (!this.node.contains(relatedTarget)) this.releaseAll(); });
    on(window, "blur", () => this.releaseAll());
    on(window, PLAY_EVENT, ({ detail }) => { if (detail.stage !== this) this.hush(); });
    this.resize = new ResizeObserver(() => this.relayout());
    this.resize.observe(this.node);
  }

  close() {
    this.ended.abort();
    this.resize.disconnect();
    clearTimeout(this.timer);
    this.hush();
    this.leaveMidi();
    this.node.remove();
  }

  // -- data ---------------------------------------------------------------------------

  adopt(data, tell) {
    this.tell = tell;
    const { version, notes, end, ...fixed } = data;
    this.data = data;
    // What was played since is not in older notes. Others than were played have been typed.
    if (version >= this.version) {
      const pitches = (some) => some.map(([pitch]) => pitch).join();
      if (pitches(notes) !== pitches(this.tune.notes)) this.tune.offset = null;
      this.tune.adopt(notes, end);
      this.version = version;
    }
    if (JSON.stringify(fixed) !== this.fixed) {
      this.fixed = JSON.stringify(fixed);
      this.build();
    }
    this.sync();
  }

  /** Something was played or taken back: say so once all keys are up. */
  changed() {
    this.version += 1;
    this.sync();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.held.size) this.tell({ version: this.version, notes: this.tune.notes, end: this.tune.end });
    }, REST);
  }

  // -- what is there ------------------------------------------------------------------

  build() {
    const { words, presenter } = this.data;
    const button = (text, act, name) => {
      const node = element("button", { type: "button", class: "tool", text, "data-name": name });
      node.addEventListener("click", act);
      return node;
    };
    this.node.classList.toggle("presenter", presenter);
    this.node.setAttribute("aria-label", words.piano);
    this.keys = element("div", { class: "keys" });
    this.tools = {
      lower: button("◀", () => this.shift(-12), "lower"),
      higher: button("▶", () => this.shift(12), "higher"),
      hear: button(words.hear, () => (this.timeline.playing ? this.hush() : this.play()), "hear"),
      rest: button(words.rest, () => this.edit(() => this.tune.rest(this.data.length || 1)), "rest"),
      undo: button(words.undo, () => this.edit(() => this.tune.undo()), "undo"),
      clear: button(words.clear, () => this.edit(() => this.tune.clear()), "clear"),
    };
    this.tools.lower.setAttribute("aria-label", words.lower);
    this.tools.higher.setAttribute("aria-label", words.higher);
    this.count = element("span", { class: "count", role: "status" });
    const { requestMIDIAccess } = /** @type {any} */ (navigator);
    this.midi = requestMIDIAccess ? button(words.midi, () => this.joinMidi(), "midi") : null;
    this.said = element("p", { class: "said", role: "status", text: this.midi ? "" : words.no_midi });
    this.node.replaceChildren(
      element("div", { class: "tools" }, [...Object.values(this.tools), ...(this.midi ? [this.midi] : []), this.count]),
      this.keys,
      element("p", { class: "hint", text: words.hint }),
      this.said,
    );
    this.octaves = 0;
    this.relayout();
  }

  relayout() {
    const octaves = this.node.clientWidth >= WIDE ? 2 : 1;
    if (!this.keys || octaves === this.octaves) return;
    this.octaves = octaves;
    this.drawKeys();
  }

  drawKeys() {
    const had = this.keys.contains(/** @type {ShadowRoot} */ (this.node.getRootNode()).activeElement);
    const pitches = Array.from({ length: 12 * this.octaves + 1 }, (_, place) => this.first + place);
    const whites = pitches.filter((pitch) => !isBlack(pitch)).length;
    let left = 0;
    this.keys.style.setProperty("--whites", String(whites));
    this.keys.replaceChildren(...pitches.map((pitch, place) => {
      const letter = letterOf(place);
      const key = element("button", {
        type: "button", class: `key ${isBlack(pitch) ? "black" : "white"}`, "data-pitch": pitch, "aria-label": pitchName(pitch),
        "aria-keyshortcuts": letter || false, tabindex: place ? "-1" : "0",
      }, [element("span", { class: "letter", text: letter }), element("span", { class: "name", text: pitch % 12 ? "" : pitchName(pitch) })]);
      key.classList.toggle("strange", !this.data.known.includes(pitch));
      key.style.setProperty("--at", String(left));
      if (!isBlack(pitch)) left += 1;
      const holder = (event) => `pointer ${event.pointerId}`;
      key.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        key.setPointerCapture(event.pointerId);
        key.focus({ preventScroll: true }); // not every browser does that for a mouse
        this.press(holder(event), pitch, secondsOf(event));
      });
      for (const type of ["pointerup", "pointercancel"]) key.addEventListener(type, (event) => this.release(holder(event), secondsOf(event)));
      key.addEventListener("focus", () => this.rove(key));
      key.addEventListener("click", ({ detail }) => { if (!detail) this.tap(pitch); }); // a screen reader's press
      return key;
    }));
    this.tools.lower.disabled = this.first <= LOWEST;
    this.tools.higher.disabled = this.first >= HIGHEST;
    if (had) this.keyOf(this.first)?.focus();
  }

  /** Tab comes to one key; the arrows go from there. */
  rove(key) {
    for (const other of /** @type {Iterable<HTMLElement>} */ (/** @type {unknown} */ (this.keys.children))) other.tabIndex = other === key ? 0 : -1;
  }

  keyOf(pitch) {
    return /** @type {HTMLElement|null} */ (this.keys.querySelector(`[data-pitch="${pitch}"]`));
  }

  shift(semitones) {
    this.releaseAll();
    this.first = Math.min(HIGHEST, Math.max(LOWEST, this.first + semitones));
    this.drawKeys();
  }

  sync() {
    const { words, most } = this.data;
    const { notes, end } = this.tune;
    const text = (notes.length < most ? words.count : words.full).replace("{n}", notes.length);
    if (this.count.textContent !== text) this.count.textContent = text;
    this.tools.undo.disabled = this.tools.clear.disabled = !end;
    this.tools.hear.disabled = !notes.length;
    this.tools.hear.textContent = this.timeline.playing ? words.stop : words.hear;
  }

  say(text) {
    this.said.textContent = text;
  }

  // -- playing ------------------------------------------------------------------------

  async press(holder, pitch, when = pageClock()) {
    if (this.held.has(holder)) return;
    this.hush();
    this.held.set(holder, { pitch, from: when });
    this.keyOf(pitch)?.classList.add("down");
    if (!(await this.sound.wake())) return;
    const { length, tempo } = this.data;
    const end = length ? (length * 60) / tempo : this.held.has(holder) ? 4 : 0.15;
    this.sound.preview([{ pitch, voice: "solo", velocity: 96, start: 0, end }]);
  }

  release(holder, when = pageClock()) {
    const held = this.held.get(holder);
    if (!held) return;
    this.held.delete(holder);
    this.keyOf(held.pitch)?.classList.remove("down");
    const { length, most, tempo } = this.data;
    if (!length && !this.held.size) this.sound.halt();
    const beats = (seconds) => (seconds * tempo) / 60;
    if (this.tune.notes.length >= most) return;
    this.tune.add(held.pitch, beats(held.from), beats(when), length);
    this.changed();
  }

  tap(pitch) {
    const now = pageClock();
    this.press("tap", pitch, now);
    this.release("tap", now + 0.3);
  }

  releaseAll() {
    for (const holder of [...this.held.keys()]) this.release(holder);
  }

  edit(act) {
    this.hush();
    act();
    this.changed();
  }

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key.length === 1) event.stopPropagation(); // letters are the page's shortcuts
    const pitch = Number(event.target.dataset.pitch);
    const last = this.first + 12 * this.octaves;
    const place = CODES.indexOf(event.code);
    const others = {
      KeyZ: () => this.shift(-12),
      KeyX: () => this.shift(12),
      Backspace: () => { if (this.tune.end) this.edit(() => this.tune.undo()); },
      ...(pitch && {
        ArrowLeft: () => this.keyOf(Math.max(this.first, pitch - 1))?.focus(),
        ArrowRight: () => this.keyOf(Math.min(last, pitch + 1))?.focus(),
        Enter: () => this.press(event.code, pitch, secondsOf(event)),
        Space: () => this.press(event.code, pitch, secondsOf(event)),
      }),
    };
    const act = place >= 0 ? () => this.press(event.code, this.first + place, secondsOf(event)) : others[event.code];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || event.code.startsWith("Arrow")) act();
  }

  // -- hearing the tune ---------------------------------------------------------------

  async play() {
    window.dispatchEvent(new CustomEvent(PLAY_EVENT, { detail: { key: "piano", stage: this } }));
    const seconds = (beats) => (beats * 60) / this.data.tempo;
    const { timeline, sound, tune } = this;
    timeline.clock = new Clock(Float32Array.of(0, Math.max(0.1, seconds(tune.end))));
    timeline.song = 0;
    sound.setNotes(tune.notes.map(([pitch, start, end]) => ({ pitch, voice: "solo", velocity: 96, start: seconds(start), end: seconds(end), step: -1 })));
    if (!(await sound.wake())) return;
    timeline.play();
    sound.start();
    this.sync();
    const watch = () => {
      if (timeline.over) this.hush();
      else if (timeline.playing) requestAnimationFrame(watch);
    };
    watch();
  }

  hush() {
    if (!this.timeline.playing) return;
    this.timeline.pause();
    this.sound.stop();
    this.sync();
  }

  // -- a MIDI keyboard ----------------------------------------------------------------

  async joinMidi() {
    const { words } = this.data;
    try {
      this.access = await /** @type {any} */ (navigator).requestMIDIAccess();
    } catch {
      this.say(words.refused);
      return;
    }
    const listen = () => {
      const inputs = [...this.access.inputs.values()];
      for (const input of inputs) input.onmidimessage = (event) => this.heardMidi(event.data, secondsOf(event));
      this.say(inputs.length ? words.listening.replace("{names}", inputs.map(({ name }) => name).join(", ")) : words.none);
    };
    this.access.onstatechange = listen;
    listen();
  }

  heardMidi([status, pitch, velocity], when) {
    const [what, holder] = [status & 0xf0, `midi ${pitch}`];
    if (what === 0x90 && velocity) this.press(holder, pitch, when);
    else if (what === 0x80 || what === 0x90) this.release(holder, when);
  }

  leaveMidi() {
    if (!this.access) return;
    this.access.onstatechange = null;
    for (const input of this.access.inputs.values()) input.onmidimessage = null;
  }
}

export default function mountPiano({ parentElement, data, setStateValue }) {
  return mountView(parentElement, "pianoView", PianoView, (view) => view.adopt(data, (played) => setStateValue("played", played)));
}
