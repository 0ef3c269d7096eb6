// One stage on the page: state, drawing, input. Lanes and controls hang off it.

import { Clock } from "./clock.js";
import { Panel } from "./panel.js";
import { composeStage } from "./compare.js";
import { Controls } from "./controls.js";
import { Frame } from "./frame.js";
import { LANES } from "./lanes.js";
import { Sound } from "./audio.js";
import { Timeline } from "./timeline.js";
import { View, makeLayout, pixelsPerSecond } from "./scales.js";
import { contrast, parseColour } from "./colours.js";
import { decodeArray, decodeNotes } from "./decode.js";
import { element, saveFile } from "./dom.js";
import { fillPage } from "./offline.js";
import { fitText, slugText } from "./text.js";
import { correlations, orderByIndex, orderByPeak, orderByScore } from "./quantities.js";
import { paintStage, soundFile } from "./export.js";
import { readTheme } from "./theme.js";
import { t } from "./words.js";

const PLAY_EVENT = "seqscope-stage-plays";
const LIGHT_EVENT = "seqscope-light";
const MOVE_EVENT = "seqscope-stage-moves";
const SHAPES_EVENT = "seqscope-shapes-asked"; // the same for tensors
const ASK_EVENT = "seqscope-stage-asked"; // whoever asks finds each stage's view in detail
const MAX_PINS = 4;
const DRAG = 4; // pixels a pointer moves before a press becomes a drag

export class StageView {
  constructor(host) {
    this.host = host;
    this.root = element("div", { class: "stage", role: "group", tabindex: "0" });
    this.lanesNode = element("div", { class: "lanes" });
    this.clip = element("div", { class: "clip", "aria-hidden": "true" });
    this.band = element("div", { class: "band" });
    this.head = element("div", { class: "playhead" });
    this.clip.append(this.band, this.head);
    this.live = element("div", { class: "sr", "aria-live": "polite" });
    this.tip = element("div", { class: "tip", hidden: true });
    this.message = element("p", { class: "message", role: "status", hidden: true });
    this.measurer = document.createElement("canvas").getContext("2d");
    this.frames = [];
    this.orderKey = "index";
    this.orders = new Map();
    this.picked = null;
    this.pins = [];
    this.mode = "a";
    this.signals = [];
    this.hovered = null;
    this.zoom = 1;
    this.soundOn = true;
    this.position = 0;
    this.step = -1;
    this.request = 0;
    this.dirty = { view: true, step: true };
    this.pageClock = () => performance.now() / 1000;
  }

  // -- data ---------------------------------------------------------------------------

  /** Show this payload; called again for new data or a new theme. */
  adopt(data) {
    if (!this.root.isConnected) this.host.append(this.root);
    if (data.error) {
      this.showMessage(data.error);
      return;
    }
    this.showMessage("");
    const first = !this.clock;
    const news = !this.data || data.id !== this.data.id;
    this.data = data;
    this.root.classList.toggle("compact", Boolean(data.compact));
    this.root.classList.toggle("presenter", Boolean(data.presenter));
    this.root.setAttribute("aria-label", data.label);
    if (first) this.build();
    this.readLook();
    if (news) this.adoptData(first);
    if (first && data.view) this.takeView(data.view);
    this.relayout();
    if (first) this.begin();
  }

  build() {
    this.controls = new Controls(this);
    this.panel = new Panel(this);
    this.controls.below.prepend(this.panel.node);
    this.lanesNode.append(this.clip);
    this.root.append(this.controls.node, this.controls.below, this.lanesNode, this.tip, this.live);
    this.listen();
  }

  adoptData(first) {
    const { data } = this;
    const older = this.clock;
    if (!data.compare) this.mode = "a";
    const shown = composeStage(data, this.mode);
    this.clock = new Clock(decodeArray(shown.clock.edges).values);
    this.uniform = this.clock.uniform;
    // A solo note that names no step belongs to the one it begins in.
    this.notes = decodeNotes(shown.sound).map((note) => (
      note.voice === "solo" && note.step < 0 ? { ...note, step: this.clock.stepAt(note.start + 1e-6) } : note));
    if (first) {
      this.timeline = new Timeline(this.clock, this.pageClock);
      this.timeline.song = this.clock.edges[this.clock.clampStep(data.start)];
      this.sound = new Sound(this.timeline);
      this.soundOn = !data.playing;
    } else if (!this.clock.equals(older)) {
      const place = this.clock.carry(older, this.timeline.position());
      this.timeline.clock = this.clock;
      this.timeline.loop = null;
      this.timeline.seek(place);
    }
    // New numbers under the same music must not interrupt it.
    const music = JSON.stringify([shown.clock, shown.sound]);
    if (music !== this.music) this.sound.setNotes(this.notes);
    this.music = music;
    // A page that names another step than before wants the playhead there.
    if (!first && data.start !== this.start) {
      this.timeline.seek(this.clock.edges[this.clock.clampStep(data.start)]);
      if (this.sound.live && this.timeline.playing) this.sound.restart();
    }
    this.start = data.start;
    this.orders.clear();
    this.lanes = shown.lanes.map((lane) => LANES[lane.kind](lane, this));
    this.names = shown.names.length ? shown.names : (this.lanes.find((lane) => lane.names) || {}).names || [];
    while (this.frames.length > this.lanes.length) this.frames.pop().node.remove();
    this.lanes.forEach((lane, place) => {
      if (!this.frames[place]) {
        const frame = new Frame(this);
        this.frames.push(frame);
        this.lanesNode.append(frame.node);
        this.listenLane(frame);
      }
      this.frames[place].adopt(lane, shown.lanes[place]);
    });
    this.step = -1;
    this.signals = this.readSignals(shown);
    const units = this.lanes.find((lane) => lane.units);
    this.unitAxis = units ? { name: units.units.axis, count: units.units.count } : null;
    this.pins = this.pins.filter((pin) => this.unitLane(pin.axis, pin.unit + 1));
    if (this.picked && !this.unitLane(this.picked.axis, this.picked.unit + 1)) this.picked = null;
    this.controls.adopt();
    this.panel.adopt();
    this.controls.syncSound();
  }

  /** What units can be correlated with: what the page gave, and the pitch of the solo. */
  readSignals(shown) {
    const given = shown.signals.map(({ name, values }) => ({ name, values: decodeArray(values).values }));
    const pitch = new Float64Array(this.clock.steps).fill(Number.NaN);
    for (const note of this.notes) if (note.voice === "solo" && note.step >= 0) pitch[note.step] = note.pitch;
    const heard = pitch.some((each) => Number.isFinite(each));
    return heard ? [...given, { name: "pitch", values: pitch }] : given;
  }

  /** The lane whose rows are these units and that sorting goes by: the hidden state if shown. */
  unitLane(axis, least = 1) {
    const having = this.lanes.filter((lane) => lane.units && lane.units.axis === axis && lane.units.count >= least);
    return having.find((lane) => ["a", "h"].includes(lane.head.symbol)) || having[0];
  }

  /** Show the first trace, the second, both, or their difference; the playhead keeps its step. */
  setMode(mode) {
    this.mode = mode;
    this.adoptData(false);
    this.relayout();
  }

  setOrder(key) {
    this.orderKey = key;
    this.orders.clear();
    this.redraw();
  }

  begin() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const held = this.data.view && this.data.view.step !== undefined;
    if (this.data.playing && !still && !held) {
      this.timeline.play();
      this.controls.syncSound();
    }
    this.invalidate("view");
  }

  // -- what a link holds ----------------------------------------------------------------

  /** Whatever of the view is not as at first, as texts for a URL; steps count from 1. */
  viewText() {
    const said = {};
    if (!this.clock || this.data.error) return said;
    const step = this.clock.stepAt(this.timeline.position());
    if (step !== this.start) said.step = String(step + 1);
    if (this.timeline.speed !== 1) said.speed = String(this.timeline.speed);
    if (this.orderKey !== "index") said.units = this.orderKey;
    if (Math.abs(this.zoom - 1) > 1e-9) said.zoom = String(Number(this.zoom.toFixed(3)));
    if (this.mode !== "a") said.trace = this.mode;
    if (this.pins.length) said.pins = this.pins.map(({ axis, unit }) => `${axis}-${unit}`).join(",");
    return said;
  }

  /** Stand where a link says; what this stage does not have stays as it is. */
  takeView({ step, speed, units, zoom, trace, pins = [] }) {
    if (trace && this.data.compare) this.mode = trace;
    if (trace && this.data.compare) this.adoptData(false);
    if (units && (units === "peak" || this.signals.some(({ name }) => units === `signal:${name}`))) this.setOrder(units);
    if (speed) this.setSpeed(speed);
    if (zoom) this.zoom = zoom;
    for (const [axis, unit] of pins) if (this.unitLane(axis, unit + 1)) this.pick(axis, unit);
    this.panel.adopt();
    if (step !== undefined) this.timeline.seek(this.clock.edges[this.clock.clampStep(step)]);
  }

  showMessage(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
    if (text && !this.message.isConnected) this.root.prepend(this.message);
    this.root.classList.toggle("broken", Boolean(text));
    if (text && this.timeline) this.pause();
  }

  // -- look ---------------------------------------------------------------------------

  readLook() {
    const theme = readTheme(this.root);
    this.scale = Number.parseFloat(getComputedStyle(this.root).getPropertyValue("--scale")) || 1;
    if (this.theme && this.theme.key === theme.key) return;
    this.theme = theme;
    const accent = parseColour(theme.accent);
    this.onAccent = contrast(accent, [255, 255, 255]) >= contrast(accent, [20, 22, 28]) ? "#fff" : "#14161c";
    for (const frame of this.frames) if (frame.lane) frame.drawShape();
  }

  relayout() {
    const width = Math.floor(this.lanesNode.getBoundingClientRect().width);
    if (!width || !this.clock) return;
    this.layout = makeLayout(width, { scale: this.scale, compact: this.data.compact });
    this.root.classList.toggle("wide", this.layout.nowInside);
    this.measurer.font = `600 ${this.layout.font}px ${this.theme.font}`;
    const least = this.layout.phone ? 11 : 9;
    const wanted = this.lanes.map((lane) => (lane.minStep ? lane.minStep(this.layout) : 0));
    const minStep = Math.max(least * this.layout.scale, ...wanted);
    this.pps = pixelsPerSecond(this.clock, this.layout.plot, minStep, this.zoom);
    this.setView(this.view ? this.view.from : this.clock.start);
    for (const frame of this.frames) frame.drawLegend();
    this.clip.style.left = `${this.layout.gutter}px`;
    this.clip.style.width = `${this.layout.plot}px`;
    this.invalidate("view");
    this.frame();
  }

  setView(from) {
    this.view = new View(this.clock, this.layout, this.pps, from);
    this.view.uniform = this.uniform;
    this.dirty.view = true;
  }

  // -- for lanes ----------------------------------------------------------------------

  measure(text) {
    return this.measurer.measureText(text).width;
  }

  fit(text, width) {
    return fitText(text, width, (part) => this.measure(part));
  }

  nameOf(step) {
    if (this.names[step]) return this.names[step];
    for (const lane of this.lanes) {
      const name = lane.describe && lane.head.symbol === "" ? lane.describe(step) : "";
      if (name) return name;
    }
    return "";
  }

  stepText(step, named = true) {
    const name = named ? this.nameOf(step) : "";
    const place = { n: step + 1, total: this.clock.steps, name };
    return name ? t("step {n} of {total}, {name}", place) : t("step {n} of {total}", place);
  }

  order(axis, count) {
    const key = `${axis}|${count}`;
    if (!this.orders.has(key)) this.orders.set(key, this.makeOrder(axis, count));
    return this.orders.get(key);
  }

  makeOrder(axis, count) {
    const lane = this.unitLane(axis, count);
    if (this.orderKey === "index" || !lane || lane.units.count !== count) return orderByIndex(count);
    const { values, rows } = lane.units;
    if (this.orderKey === "peak") return orderByPeak(values, rows, count);
    const signal = this.signals.find(({ name }) => `signal:${name}` === this.orderKey);
    return orderByScore(correlations(values, rows, count, signal.values));
  }

  /** Pin a unit in every lane that has it, or unpin it; the last pinned is the picked one. */
  pick(axis, unit) {
    const before = this.pins.length;
    this.pins = this.pins.filter((pin) => pin.axis !== axis || pin.unit !== unit);
    if (this.pins.length === before) this.pins = [...this.pins, { axis, unit }].slice(-MAX_PINS);
    this.picked = this.pins.at(-1) || null;
    this.panel.syncPins();
    this.redraw();
  }

  seekStep(step) {
    this.seek(this.clock.edges[this.clock.clampStep(step)]);
  }

  redraw() {
    this.invalidate("view");
  }

  // -- drawing ------------------------------------------------------------------------

  invalidate(what) {
    this.dirty[what] = true;
    if (!this.request) this.request = requestAnimationFrame(() => this.frame());
  }

  /** One frame: move the playhead; redraw only what changed. */
  frame() {
    cancelAnimationFrame(this.request);
    this.request = 0;
    if (!this.layout) return;
    if (this.timeline.playing && !this.sound.live) this.timeline.advance(this.pageClock() + 0.5);
    if (this.timeline.over) this.finish();
    this.position = this.timeline.position();
    const step = this.clock.stepAt(this.position);
    const stepped = step !== this.step || this.dirty.step;
    this.step = step;
    this.followPlayhead();
    if (this.dirty.view) {
      for (const frame of this.frames) frame.drawTime(step);
      this.controls.drawStrip();
      this.controls.drawRuler();
      this.markRows();
    } else if (stepped) {
      for (const frame of this.frames) if (frame.lane.live) frame.drawTime(step);
    }
    if (stepped || this.dirty.view) {
      for (const frame of this.frames) frame.drawNow(step);
      this.controls.syncStep();
      this.tablesLater();
    }
    const { view, clock } = this;
    const x = view.x(this.position) - view.left;
    const x0 = view.x(clock.edges[step]) - view.left;
    this.head.style.transform = `translateX(${x}px)`;
    this.band.style.transform = `translateX(${x0}px)`;
    this.band.style.width = `${clock.length(step) * view.pps}px`;
    this.controls.sync();
    this.dirty = { view: false, step: false };
    if (this.timeline.playing) this.request = requestAnimationFrame(() => this.frame());
  }

  followPlayhead() {
    // Only when it moves, so that a reader may look elsewhere while it stands still.
    if (this.dragging || this.position === this.followed) return;
    this.followed = this.position;
    const from = this.view.follow(this.position);
    if (Math.abs(from - this.view.from) * this.view.pps > 0.5) this.setView(from);
  }

  tablesLater() {
    clearTimeout(this.tableTimer);
    this.tableTimer = setTimeout(() => {
      for (const frame of this.frames) frame.fillTable(this.step);
    }, 120);
  }

  markRows() {
    for (const frame of this.frames) frame.markRow(this.hovered);
  }

  announce() {
    clearTimeout(this.liveTimer);
    this.liveTimer = setTimeout(() => {
      const said = this.lanes.filter((lane) => lane.describe && lane.head.symbol).map((lane) => lane.describe(this.step));
      this.live.textContent = [this.stepText(this.step), ...said].filter(Boolean).join("; ");
    }, 250);
  }

  // -- transport ----------------------------------------------------------------------

  get audible() {
    return this.soundOn && this.notes.length > 0;
  }

  async togglePlay() {
    if (this.timeline.playing) this.pause();
    else await this.play();
  }

  async play() {
    window.dispatchEvent(new CustomEvent(PLAY_EVENT, { detail: this }));
    if (this.audible) await this.soundUp();
    this.timeline.play();
    if (this.sound.live) this.sound.restart();
    this.controls.syncSound();
    this.invalidate("step");
  }

  /** Let the audio clock drive, if this machine can; otherwise play on in silence. */
  async soundUp() {
    const awake = await this.sound.wake();
    if (awake) {
      if (!this.sound.live) this.sound.start();
      this.phoneHint();
    } else {
      this.controls.say(t("This browser gave no sound; the stage plays in silence."));
    }
  }

  phoneHint() {
    if (this.hinted || !matchMedia("(pointer: coarse)").matches) return;
    this.hinted = true;
    this.controls.say(t("No sound? Turn up the volume and check the phone’s mute switch."));
    setTimeout(() => this.controls.say(""), 9000);
  }

  pause() {
    this.timeline.pause();
    this.sound.halt();
    this.controls.syncSound();
    this.invalidate("step");
    this.announce();
  }

  finish() {
    this.timeline.pause();
    this.sound.halt();
    this.timeline.song = this.clock.end;
    this.controls.syncSound();
  }

  seek(seconds) {
    this.timeline.seek(seconds);
    if (this.sound.live && this.timeline.playing) this.sound.restart();
    this.invalidate("step");
    if (!this.timeline.playing) this.announce();
    window.dispatchEvent(new CustomEvent(MOVE_EVENT, { detail: { key: this.data.key } }));
  }

  async stepBy(count) {
    if (this.timeline.playing) this.pause();
    const step = this.clock.clampStep(this.clock.stepAt(this.timeline.position()) + count);
    this.seekStep(step);
    if (this.audible && (await this.sound.wake())) {
      this.sound.preview(this.notes.filter((note) => note.step === step));
    }
  }

  setSpeed(speed) {
    this.timeline.setSpeed(speed);
    if (this.sound.live && this.timeline.playing) this.sound.restart();
    this.controls.speed.value = String(speed);
  }

  async toggleSound() {
    this.soundOn = !this.soundOn;
    if (!this.soundOn) this.sound.stop();
    else if (this.timeline.playing) await this.soundUp();
    this.controls.syncSound();
  }

  muteVoice(voice, on) {
    this.sound.mute(voice, on);
    this.controls.syncSound();
  }

  /** Loop the steps that are wholly on screen; press again to end. */
  toggleLoop() {
    const { timeline, view, clock } = this;
    if (timeline.loop) {
      this.setLoop(null);
      return;
    }
    const first = view.from <= clock.edges[view.first] + 1e-9 ? view.first : Math.min(view.first + 1, view.last);
    this.setLoop([first, view.whole ? view.last : Math.max(first, view.last - 1)]);
  }

  /** Loop from the first to the last step of the pair, or not at all. */
  setLoop(steps) {
    const { timeline, clock } = this;
    if (steps) steps = [Math.min(...steps), Math.max(...steps)].map((step) => clock.clampStep(step));
    timeline.setLoop(steps ? [clock.edges[steps[0]], clock.edges[steps[1] + 1]] : null);
    if (steps && (this.position < timeline.loop[0] || this.position >= timeline.loop[1])) timeline.seek(timeline.loop[0]);
    if (this.sound.live && timeline.playing) this.sound.restart();
    this.controls.syncSound();
    this.invalidate("view");
  }

  /** Move one end of the loop to the current step. */
  loopHere(end) {
    const { timeline, clock } = this;
    const range = timeline.loop ? timeline.loop.map((seconds, place) => clock.stepAt(seconds - place * 1e-6)) : [0, clock.steps - 1];
    range[end] = this.step;
    this.setLoop(end === 0 && range[0] > range[1] ? [this.step, clock.steps - 1] : end === 1 && range[1] < range[0] ? [0, this.step] : range);
  }

  // -- lights -------------------------------------------------------------------------

  /** Light every tensor that has this axis or symbol, here and in the page's other stages. */
  light(name) {
    for (const frame of this.frames) frame.light(name);
  }

  listenLights() {
    // Shape chips elsewhere on the page take part: anything with data-axis or data-symbol.
    this.onOver = (event) => {
      const named = event.composedPath().find((node) => node.dataset && (node.dataset.axis || node.dataset.symbol));
      const name = named ? named.dataset.axis || named.dataset.symbol : "";
      if (name === this.lit) return;
      this.lit = name;
      window.dispatchEvent(new CustomEvent(LIGHT_EVENT, { detail: name }));
    };
    this.onLight = (event) => {
      this.lit = event.detail;
      this.light(event.detail);
      if (event.detail) document.documentElement.dataset.lit = event.detail;
      else delete document.documentElement.dataset.lit;
    };
    // Moves within the shadow root never reach the document, so the root listens too.
    this.root.addEventListener("pointerover", this.onOver);
    document.addEventListener("pointerover", this.onOver);
    window.addEventListener(LIGHT_EVENT, this.onLight);
  }

  zoomBy(factor) {
    this.zoom = Math.min(8, Math.max(0.05, this.zoom * factor));
    const fits = this.layout.plot / this.clock.duration;
    const before = this.pps;
    this.relayout();
    if (factor < 1 && this.pps === fits && before === fits) this.zoom /= factor;
    this.setView(this.position - (this.layout.plot / this.pps) * 0.4);
    this.invalidate("view");
  }

  // -- downloads ----------------------------------------------------------------------

  async savePng() {
    saveFile(await paintStage(this), `${slugText(this.data.label)}.png`);
  }

  async saveWav() {
    this.controls.say(t("Rendering the sound …"));
    const { muted } = this.sound;
    saveFile(
      await soundFile(this.notes, { speed: this.timeline.speed, muted, start: this.clock.start }),
      `${slugText(this.data.label)}.wav`,
    );
    this.controls.say("");
  }

  async saveHtml() {
    const { template, ...data } = this.data;
    const css = Array.from(this.host.querySelectorAll("style"), (style) => style.textContent).join("\n");
    const script = await (await fetch(import.meta.url)).text();
    const accent = getComputedStyle(this.root).getPropertyValue("--st-primary-color").trim();
    const page = fillPage(template, { lang: data.lang || "en", title: data.label, accent: accent || "#3b5bdb", css, script, data: { ...data, playing: false } });
    saveFile(new Blob([page], { type: "text/html" }), `${slugText(data.label)}.html`);
  }

  // -- input --------------------------------------------------------------------------

  listen() {
    this.onPlay = (event) => {
      if (event.detail !== this && this.timeline && this.timeline.playing) this.pause();
    };
    window.addEventListener(PLAY_EVENT, this.onPlay);
    this.onAsk = (event) => event.detail.push({ key: this.data.key, ...this.viewText() });
    window.addEventListener(ASK_EVENT, this.onAsk);
    this.onShapes = (event) => event.detail.push({
      node: this.host.host || this.root, tensors: this.lanes.map(({ head: { symbol, shape } }) => ({ symbol: symbol || "", shape })),
    });
    window.addEventListener(SHAPES_EVENT, this.onShapes);
    this.listenLights();
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keyup", (event) => {
      if (event.key === " " && event.target === this.controls.range) event.preventDefault();
    });
    this.root.addEventListener("pointerdown", (event) => {
      if (!this.controls.menu.hidden && !event.composedPath().includes(this.controls.menu)
        && !event.composedPath().includes(this.controls.more)) this.controls.openMenu(false);
    });
    this.resizer = new ResizeObserver(() => {
      if (Math.floor(this.lanesNode.getBoundingClientRect().width) !== (this.layout || {}).width) {
        this.readLook();
        this.relayout();
      }
    });
    this.resizer.observe(this.lanesNode);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape" && !this.controls.menu.hidden) {
      this.controls.openMenu(false);
      this.controls.more.focus();
      return;
    }
    const target = event.composedPath()[0];
    const onButton = target.tagName === "BUTTON" || target.type === "checkbox";
    const actions = {
      " ": () => this.togglePlay(),
      ArrowLeft: () => this.stepBy(-1),
      ArrowRight: () => this.stepBy(1),
      Home: () => this.seekStep(0),
      End: () => this.seekStep(this.clock.steps - 1),
    };
    if (!Object.hasOwn(actions, event.key) || target.tagName === "SELECT" || target.type === "number") return;
    if (event.key === " " && onButton) return; // Space presses the button it is on
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  listenLane(frame) {
    const canvas = frame.time;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    let press = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      press = { x: event.clientX, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      const { x, y } = at(event);
      if (press && Math.abs(event.clientX - press.x) > DRAG) press.moved = true;
      if (press && press.moved) {
        this.dragging = true;
        this.seek(this.view.seconds(x));
      }
      this.hover(frame, x, y, event);
    });
    const release = (event) => {
      if (press && !press.moved && event.type === "pointerup") {
        const { x, y } = at(event);
        const own = frame.lane.stepAt ? frame.lane.stepAt(x) : -1;
        if (own >= 0) this.seekStep(own);
        else if (x >= this.layout.gutter) this.seek(this.view.seconds(x));
        const found = this.probe(frame, x, y);
        if (found && found.unit !== undefined) this.pick(found.axis, found.unit);
      }
      press = null;
      this.dragging = false;
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("wheel", (event) => {
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY) || this.view.whole) return;
      event.preventDefault();
      this.setView(this.view.from + event.deltaX / this.view.pps);
      this.invalidate("view");
    }, { passive: false });
  }

  probe(frame, x, y) {
    if (!frame.lane.probe || x < this.layout.gutter) return null;
    const step = this.clock.stepAt(this.view.seconds(x));
    return frame.lane.probe(x, y, step, frame.timeSize, this.view);
  }

  hover(frame, x, y, event) {
    const found = frame ? this.probe(frame, x, y) : null;
    const hovered = found && found.unit !== undefined ? { axis: found.axis, unit: found.unit } : null;
    this.hovered = hovered;
    this.markRows();
    const symbol = (found && found.symbol) || "";
    if (frame && symbol !== (this.lit || "")) window.dispatchEvent(new CustomEvent(LIGHT_EVENT, { detail: symbol }));
    this.tip.hidden = !found;
    if (!found) return;
    this.tip.replaceChildren(
      element("strong", { text: found.value }), ...found.lines.map((text) => element("span", { text })),
    );
    const box = this.root.getBoundingClientRect();
    const width = this.tip.offsetWidth;
    const left = Math.min(Math.max(4, event.clientX - box.left + 14), box.width - width - 4);
    const above = event.pointerType === "touch";
    const top = event.clientY - box.top + (above ? -this.tip.offsetHeight - 24 : 18);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  /** Leave the page: nothing keeps running. */
  close() {
    if (this.timeline && this.timeline.playing) this.timeline.pause();
    if (this.sound) this.sound.halt();
    cancelAnimationFrame(this.request);
    clearTimeout(this.tableTimer);
    clearTimeout(this.liveTimer);
    if (this.resizer) this.resizer.disconnect();
    window.removeEventListener(PLAY_EVENT, this.onPlay);
    window.removeEventListener(ASK_EVENT, this.onAsk);
    window.removeEventListener(SHAPES_EVENT, this.onShapes);
    document.removeEventListener("pointerover", this.onOver);
    window.removeEventListener(LIGHT_EVENT, this.onLight);
    this.root.remove();
  }
}
