// One stage on the page: its data, look, transport and input, put together.

import { Asking } from "./asking.js";
import { Controls } from "./controls.js";
import { Input } from "./input.js";
import { Panel } from "./panel.js";
import { StageData } from "./data.js";
import { StageLook } from "./look.js";
import { Transport } from "./transport.js";
import { element, whenRested } from "./dom.js";

/** @import { LaneStage, LinkView, Payload } from "./contract.js" */

const FULL = [0.8, 3]; // the type's scale on a whole screen
const LOW = [0.45, 1]; // the part of their height that lanes have where they share a window
const SHARED = 0.84; // of its height, where no section begins above the stage
const BARS = 6.4; // the sections' bar at the window's upper edge and the controls at its lower, in rem
const SOON = 3000; // milliseconds in which a stage takes the place of another
/** @type {Map<string, StageView|{view: LinkView, steps: number, closed: number}>} the last stage of each key */
const last = new Map();

export class StageView {
  /** @type {Transport} built, as is all below, with the first payload that can be drawn */ transport;
  /** @type {Controls} */ controls;
  /** @type {Panel} */ panel;
  /** @type {Asking} */ asking;
  /** @type {Input} */ input;
  /** @type {((step: number) => void)|null} */ tell = null;
  request = 0;
  dirty = { view: true, step: true };

  /** @param {any} host  ShadowRoot or element */
  constructor(host) {
    this.host = host;
    this.root = element("div", { class: "stage", role: "group", tabindex: "0" });
    this.live = element("div", { class: "sr", "aria-live": "polite" });
    this.message = element("p", { class: "message", role: "status", hidden: true });
    this.data = new StageData();
    this.look = new StageLook(this.root, this.data);
    this.laneStage = laneStageOf(this);
    // What follows once a step has stood for a moment, and what screen readers then hear.
    this.settle = whenRested(120, () => {
      this.look.settle();
      this.controls.syncRange();
    });
    // A page whose own control names the step hears where the playhead has come to rest.
    this.report = whenRested(300, () => {
      const { transport } = this;
      if (!this.tell || transport.playing || transport.step === transport.start) return;
      transport.start = transport.step;
      this.tell(transport.step);
    });
    this.announce = whenRested(250, () => { this.live.textContent = this.data.describe(this.transport.step); });
  }

  /** Show this payload; called again for new data or a new theme. */
  adopt(/** @type {Payload} */ payload) {
    if (!this.root.isConnected) this.host.append(this.root);
    this.showMessage(payload.error || "");
    if (payload.error) return;
    const first = !this.transport;
    this.root.classList.toggle("compact", Boolean(payload.compact));
    this.root.classList.toggle("presenter", Boolean(payload.presenter));
    this.root.setAttribute("aria-label", payload.label);
    this.look.readTheme();
    if (payload.id !== this.data.payload?.id) this.adoptData(payload);
    else this.data.payload = payload;
    this.transport.follow(payload.start);
    const view = first ? this.viewBefore() ?? payload.view : null;
    if (view) this.takeView(view);
    this.fit();
    if (first) this.begin(view);
  }

  adoptData(/** @type {Payload} */ payload) {
    this.data.adopt(payload, this.laneStage);
    if (!this.transport) this.build();
    this.transport.adopt();
    this.look.adopt((frame) => this.input.listenLane(frame));
    this.controls.adopt();
    this.panel.adopt();
    this.asking.adopt();
    this.controls.syncSound();
  }

  build() {
    const changed = () => {
      this.controls.syncSound();
      this.invalidate("step");
    };
    this.transport = new Transport(this.data, {
      changed,
      moved: () => this.invalidate("step"),
      looped: () => {
        this.controls.syncSound();
        this.invalidate("view");
      },
      rests: () => {
        this.announce();
        this.report();
      },
      say: (text) => this.controls.say(text),
    });
    this.controls = new Controls(this);
    this.panel = new Panel(this);
    this.asking = new Asking(this);
    this.input = new Input(this);
    this.panel.row.append(this.asking.switch);
    this.controls.below.prepend(this.panel.node);
    this.root.append(this.controls.node, this.asking.node, this.controls.below, this.look.node, this.input.tip, this.live);
  }

  begin(/** @type {LinkView|null|undefined} */ view) {
    const { playing } = this.data.payload;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (playing && !still && view?.step === undefined) {
      this.transport.timeline.play();
      this.controls.syncSound();
    }
    this.invalidate("view");
  }

  /** Show the first trace, the second, both, or their difference, and hear what is to be heard; time goes on. */
  setMode(mode, hear = this.data.hear) {
    const { data, transport } = this;
    const at = transport.timeline.position();
    Object.assign(data, { mode, hear });
    this.adoptData(data.payload);
    transport.timeline.seek(at);
    transport.resound();
    this.fit();
  }

  setOrder(key) {
    this.data.setOrder(key);
    this.fit(); // there may be other rows
  }

  pick(axis, unit) {
    this.data.pick(axis, unit);
    this.panel.syncPins();
    this.invalidate("view");
  }

  zoomBy(factor) {
    this.look.zoomBy(factor, this.transport.position);
    this.invalidate("view");
  }

  showMessage(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
    if (text && !this.message.isConnected) this.root.prepend(this.message);
    this.root.classList.toggle("broken", Boolean(text));
    if (text) this.transport?.pause();
  }

  // -- what a link holds --------------------------------------------------------------

  /** The view as it is now, with which another stage can go on. */
  viewNow() {
    const { data, look: { zoom }, transport: { timeline } } = this;
    const pins = data.pins.map(({ axis, unit }) => /** @type {[string, number]} */ ([axis, unit]));
    const view = { step: data.clock.stepAt(timeline.position()), speed: timeline.speed, units: data.wished, zoom, trace: data.mode === "a" ? undefined : data.mode, hear: data.hear, pins };
    return { view, steps: data.clock.steps, closed: performance.now() };
  }

  /** The view of the stage whose place this one takes: in another language, say, or with larger type. */
  viewBefore() {
    const { key } = this.data.payload;
    const before = last.get(key);
    last.set(key, this);
    const found = before instanceof StageView ? before.viewNow() : before;
    const follows = found && found.steps === this.data.clock.steps && performance.now() - found.closed < SOON;
    return follows ? found.view : null;
  }

  /** Whatever of the view is not as at first, as texts for a URL; steps count from 1. */
  viewText() {
    const { data, look, transport } = this;
    /** @type {Record<string, string>} */
    const said = {};
    const step = data.clock.stepAt(transport.timeline.position());
    if (step !== transport.start) said.step = String(step + 1);
    if (transport.timeline.speed !== 1) said.speed = String(transport.timeline.speed);
    if (data.orderKey !== data.defaultOrder) said.units = data.orderKey;
    if (Math.abs(look.zoom - 1) > 1e-9) said.zoom = String(Number(look.zoom.toFixed(3)));
    if (data.mode !== "a") said.trace = data.mode;
    if (data.round.asking) said.ask = String(data.round.at + 1);
    if (data.hear !== "both") said.hear = data.hear;
    if (data.pins.length) said.pins = data.pins.map(({ axis, unit }) => `${axis}-${unit}`).join(",");
    return said;
  }

  /** Stand where a link says; what this stage does not have stays as it is. */
  takeView(/** @type {LinkView} */ { step, speed, units, zoom, trace, hear, pins = [], ask }) {
    const { data, transport } = this;
    if (trace && data.payload.compare) {
      data.mode = trace;
      data.hear = hear ?? data.hear;
      this.adoptData(data.payload);
    }
    if (units && data.orderKeys.includes(units)) data.setOrder(units);
    if (speed) transport.setSpeed(speed);
    if (zoom) this.look.zoom = zoom;
    for (const [asked, unit] of pins) {
      // A link of before layers had units of their own means those of the first.
      const axis = data.unitLane(asked, unit + 1) ? asked : `${asked}[1]`;
      if (data.unitLane(axis, unit + 1)) data.pick(axis, unit);
    }
    this.panel.adopt();
    if (step !== undefined) transport.timeline.seek(transport.edge(step));
    if (ask !== undefined && !data.round.asking) this.asking.open(ask);
  }

  // -- the whole screen ---------------------------------------------------------------

  get isFull() {
    return this.root.matches(":fullscreen");
  }

  toggleFull() {
    if (this.isFull) document.exitFullscreen();
    else this.root.requestFullscreen();
  }

  /**
   * With the screen to itself: the largest type that leaves all lanes in sight. On a page that is
   * presented: lanes as low as must be, so that they share the window.
   */
  fit() {
    const { style } = this.root;
    const largest = (low, high, fits) => {
      for (let half = (high - low) / 2; half > 0.02; half /= 2) if (fits(low + half)) low += half;
      fits(low);
    };
    // Tried without painting, which would take a slow machine seconds.
    const within = (share) => {
      this.look.readTheme();
      this.transport.tick();
      if (this.look.relayout()) for (const part of [this.look, this.controls]) part.size(this.transport.step);
      return this.root.scrollHeight <= share * window.innerHeight;
    };
    style.removeProperty("--scale");
    this.root.classList.remove("low");
    this.look.room = 1;
    if (this.isFull) {
      largest(...FULL, (scale) => {
        style.setProperty("--scale", String(scale));
        return within(1);
      });
    } else if (this.data.payload.presenter) {
      const shared = this.shared();
      if (!within(shared)) {
        this.root.classList.add("low");
        largest(...LOW, (room) => {
          this.look.room = room;
          return within(shared);
        });
      }
    }
    this.relayout();
  }

  /** The part of the window that is the stage's where a link has scrolled to its section. */
  shared() {
    const section = (this.host.host ?? this.host).closest("[class*='st-key-section_']");
    if (!section) return SHARED;
    const above = this.root.getBoundingClientRect().top - section.getBoundingClientRect().top;
    const bars = BARS * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const left = 1 - (above + bars) / window.innerHeight;
    return left < SHARED / 2 ? SHARED : Math.min(left, SHARED); // far below its heading it has the window
  }

  // -- drawing ------------------------------------------------------------------------

  relayout() {
    this.look.readTheme();
    if (!this.look.relayout()) return;
    this.invalidate("view");
    this.frame();
  }

  /** Draw with the next frame: "step" what depends on the step, "view" everything. */
  invalidate(/** @type {"view"|"step"} */ what) {
    this.dirty[what] = true;
    if (!this.request) this.request = requestAnimationFrame(() => this.frame());
  }

  /** One frame: move the playhead; redraw only what changed. */
  frame() {
    cancelAnimationFrame(this.request);
    this.request = 0;
    const { look, transport, controls } = this;
    if (!look.layout) return;
    const stepped = transport.tick() || this.dirty.step;
    const { position, step } = transport;
    const turned = look.follow(position);
    const { view } = this.dirty;
    if (view || turned || stepped) {
      look.paint(step, view ? "view" : turned ? "page" : "step");
      if (view) controls.drawStrip(); // which shows all of time, whatever the page
      if (view || turned) {
        controls.placeWindow();
        controls.drawRuler();
        look.markRows(this.input.hovered);
      }
      controls.syncStep();
      this.settle();
    }
    look.placeHead(position, step);
    controls.sync();
    this.dirty = { view: false, step: false };
    if (transport.playing) this.request = requestAnimationFrame(() => this.frame());
  }

  /** Leave the page: nothing keeps running. */
  close() {
    const { key } = this.data.payload ?? {};
    if (last.get(key) === this) last.set(key, this.viewNow()); // else another has taken its place
    this.transport?.halt();
    this.input?.close();
    this.look.close();
    cancelAnimationFrame(this.request);
    this.settle.stop();
    this.announce.stop();
    this.root.remove();
  }
}

/** All that lanes are given of a stage, always current. */
function laneStageOf(/** @type {StageView} */ view) {
  const { data, look } = view;
  /** @type {LaneStage} */
  const stage = {
    get clock() { return data.clock; },
    get step() { return view.transport.step; },
    get theme() { return look.theme; },
    get onAccent() { return look.onAccent; },
    get layout() { return look.layout; },
    get compact() { return Boolean(data.payload.compact); },
    get pins() { return data.pins; },
    get picked() { return data.picked; },
    get curve() { return data.curve; },
    get orderKey() { return data.orderKey; },
    order: (axis, count) => data.order(axis, count),
    rows: (axis, count) => data.rows(axis, count),
    brackets: (axis, count) => data.brackets(axis, count),
    follows: (axis, unit) => data.follows(axis, unit),
    pick: (axis, unit) => view.pick(axis, unit),
    redraw: () => view.invalidate("view"),
    nameOf: (step) => data.nameOf(step),
    stepText: (step, named) => data.stepText(step, named),
    asked: (step) => data.cover !== null && step >= data.cover.outputs,
    keep: (name, initial) => data.keep(name, initial),
    measure: (text) => look.measure(text),
    fit: (text, width) => look.fit(text, width),
  };
  return stage;
}
