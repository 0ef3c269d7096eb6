// The transport: buttons, the overview with its scrubber, the menu.

import { button, element, fitCanvas, setIcon, setLabel, setText, sizeCanvas, wholePixel } from "./dom.js";
import { savePage, savePicture, saveSound } from "./export.js";
import { canBeSaved } from "./offline.js";
import { timeText } from "./text.js";
import { voiceNames } from "./voices.js";
import { t } from "./words.js";

/** @import { StageView } from "./stage.js" */

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

/** Number every step, or every 2nd, 5th, 10th …: as many as have room. */
export function niceEvery(width, room) {
  for (let unit = 1; ; unit *= 10) {
    for (const times of [1, 2, 5]) if (width * unit * times >= room) return unit * times;
  }
}

/** Builds the controls and keeps them in step; what they do is the stage's business. */
export class Controls {
  /** @param {StageView} stage */
  constructor(stage) {
    this.stage = stage;
    this.back = button(t("Step back (←)"), { icon: "back" });
    this.play = button(t("Play (Space)"), { icon: "play", className: "primary" });
    this.forward = button(t("Step forward (→)"), { icon: "forward" });
    this.where = element("span", { class: "where" });
    this.token = element("span", { class: "where-token" });
    this.clock = element("span", { class: "where-time" });
    this.sound = button(t("Turn off sound"), { icon: "sound", text: "", className: "sound" });
    this.loop = button(t("Loop a range"), { icon: "loop", className: "loop", "aria-pressed": "false" });
    this.out = button(t("Show more time"), { icon: "minus", className: "zoom" });
    this.in = button(t("Show less time, larger"), { icon: "plus", className: "zoom" });
    this.speed = element("select", { class: "speed", "aria-label": t("Speed"), title: t("Speed") },
      SPEEDS.map((speed) => element("option", { value: String(speed), text: `${speed}×` })));
    this.speed.value = "1";
    this.full = button(t("Full screen (F)"), { icon: "full", className: "full" });
    this.full.hidden = !document.fullscreenEnabled;
    this.more = button(t("More: voices, downloads"), { icon: "more", "aria-expanded": "false" });
    this.strip = element("canvas", { class: "strip", "aria-hidden": "true" });
    this.window = element("div", { class: "strip-window" });
    this.range = element("input", { type: "range", class: "scrub", "aria-label": t("Position"), step: "any" });
    this.at = element("div", { class: "strip-at" });
    this.overview = element("div", { class: "overview" }, [this.strip, this.window, this.range, this.at]);
    this.ruler = element("canvas", { class: "ruler", "aria-hidden": "true" });
    this.hint = element("p", { class: "hint" }, [
      element("kbd", { text: "Space" }), ` ${t("play")} `, element("kbd", { text: "←" }), " ", element("kbd", { text: "→" }),
      ` ${t("step")} `, element("kbd", { text: "Home" }), " ", element("kbd", { text: "End" }), ` ${t("ends")}`,
      element("span", { class: "hint-focus", text: ` · ${t("click the stage first")}` }),
    ]);
    this.notice = element("p", { class: "notice", role: "status", hidden: true });
    this.voices = element("fieldset", { class: "voices" }, [element("legend", { text: t("Voices") })]);
    /** @type {Record<string, HTMLInputElement>} */
    this.voiceBoxes = {};
    this.voiceLabels = {};
    for (const [voice, name] of Object.entries(voiceNames())) {
      const box = element("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => this.stage.transport.muteVoice(voice, !box.checked));
      this.voiceBoxes[voice] = box;
      this.voiceLabels[voice] = element("label", {}, [box, element("span", { text: name })]);
      this.voices.append(this.voiceLabels[voice]);
    }
    this.soloOnly = button(t("Hear the solo alone: the model's own notes"), { text: t("Solo only"), "aria-pressed": "false" });
    this.voices.append(this.soloOnly);
    this.loopFrom = button(t("Loop from the current step"), { text: t("Loop from this step") });
    this.loopTo = button(t("Loop to the current step"), { text: t("Loop to this step") });
    this.png = button(t("Download the view as PNG"), { text: t("PNG of this view") });
    this.wav = button(t("Download the sound as WAV"), { text: t("WAV of the sound") });
    this.html = button(t("Download the whole stage as one HTML file that plays offline"), { text: t("HTML that plays offline") });
    this.files = element("div", { class: "files" }, [this.loopFrom, this.loopTo, this.png, this.wav, this.html]);
    this.menu = element("div", { class: "menu", hidden: true }, [this.voices, this.files]);
    this.node = element("div", { class: "bar" }, [
      element("div", { class: "row" }, [
        element("div", { class: "buttons" }, [this.back, this.play, this.forward]),
        element("div", { class: "where-box" }, [this.where, this.token, this.clock]),
        element("div", { class: "tools" }, [this.sound, this.speed, this.loop, this.out, this.in, this.full, this.more]),
      ]),
      this.overview, this.ruler, this.menu,
    ]);
    this.below = element("div", { class: "below" }, [this.hint, this.notice]);
    const named = { back: this.back, play: this.play, forward: this.forward, sound: this.sound, speed: this.speed, scrub: this.range, menu: this.more };
    for (const [name, node] of Object.entries(named)) node.dataset.name = name; // for guided tours
    this.listen();
  }

  listen() {
    const { stage } = this;
    const { look, transport } = stage;
    const onClick = (node, act) => node.addEventListener("click", act);
    onClick(this.back, () => transport.stepBy(-1));
    onClick(this.forward, () => transport.stepBy(1));
    onClick(this.play, () => transport.toggle());
    onClick(this.sound, () => transport.toggleSound());
    onClick(this.loop, () => transport.setLoop(transport.timeline.loop ? null : look.wholeSteps()));
    onClick(this.out, () => stage.zoomBy(1 / 1.5));
    onClick(this.in, () => stage.zoomBy(1.5));
    this.speed.addEventListener("change", () => transport.setSpeed(Number(this.speed.value)));
    this.range.addEventListener("input", () => transport.seek(Number(this.range.value)));
    onClick(this.full, () => stage.toggleFull());
    onClick(this.more, () => this.openMenu(this.menu.hidden));
    onClick(this.loopFrom, () => transport.loopHere(0));
    onClick(this.loopTo, () => transport.loopHere(1));
    this.listenRuler();
    onClick(this.png, () => savePicture(stage));
    onClick(this.wav, async () => {
      this.say(t("Rendering the sound …"));
      await saveSound(stage);
      this.say("");
    });
    onClick(this.html, () => savePage(stage));
    onClick(this.soloOnly, () => {
      const on = this.soloOnly.getAttribute("aria-pressed") !== "true";
      for (const voice of ["chords", "bass", "drums"]) transport.muteVoice(voice, on);
      transport.muteVoice("solo", false);
    });
  }

  /** Drag over the step numbers to loop those steps; click to end the loop. */
  listenRuler() {
    const { ruler, stage: { data, look, transport } } = this;
    const stepAt = (event) => data.clock.stepAt(look.view.seconds(event.clientX - ruler.getBoundingClientRect().left));
    let from = -1;
    ruler.title = t("Drag over step numbers to loop them");
    ruler.addEventListener("pointerdown", (event) => {
      from = stepAt(event);
      ruler.setPointerCapture(event.pointerId);
    });
    ruler.addEventListener("pointermove", (event) => {
      if (from >= 0 && stepAt(event) !== from) transport.setLoop([from, stepAt(event)]);
    });
    ruler.addEventListener("pointerup", (event) => {
      if (stepAt(event) === from) transport.setLoop(null);
      from = -1;
    });
    ruler.addEventListener("pointercancel", () => { from = -1; });
  }

  openMenu(open) {
    this.menu.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
  }

  /** What depends on data: which voices there are, where the clock runs. */
  adopt() {
    const { clock, notes, payload } = this.stage.data;
    this.range.min = String(clock.start);
    this.range.max = String(clock.end);
    const present = new Set(notes.map((note) => note.voice));
    for (const [voice, node] of Object.entries(this.voiceLabels)) node.hidden = !present.has(voice);
    this.soloOnly.hidden = present.size < 2;
    this.voices.hidden = present.size === 0;
    this.wav.hidden = present.size === 0;
    this.html.hidden = !canBeSaved;
    this.sound.hidden = present.size === 0;
  }

  /** Follow the playhead; cheap enough for every frame. */
  sync() {
    const { data: { clock }, look, transport: { playing, position } } = this.stage;
    setIcon(this.play, playing ? "pause" : "play");
    if (this.wasPlaying !== playing) setLabel(this.play, playing ? t("Pause (Space)") : t("Play (Space)"));
    this.wasPlaying = playing;
    setText(this.clock, `${timeText(position - clock.start)} / ${timeText(clock.duration)}`);
    this.at.style.transform = `translateX(${wholePixel(((position - clock.start) / clock.duration) * look.layout.width - 1.5)}px)`;
  }

  /** Follow the step. */
  syncStep() {
    const { data, transport: { position, step } } = this.stage;
    setText(this.where, data.stepText(step, false));
    setText(this.token, data.momentOf(step));
    this.range.setAttribute("aria-valuetext", data.stepText(step));
    this.disable(this.back, step === 0 && position <= data.clock.start + 1e-9);
    this.disable(this.forward, step === data.clock.steps - 1);
  }

  /** A button that cannot be pressed any more leaves the focus to the stage: its keys go on. */
  disable(node, off) {
    const { root } = this.stage;
    const had = off && /** @type {ShadowRoot|Document} */ (root.getRootNode()).activeElement === node;
    node.disabled = off;
    if (had) root.focus({ preventScroll: true });
  }

  /** The scrubber itself is not seen: it follows when the playhead rests. */
  syncRange() {
    this.range.value = String(this.stage.transport.position);
  }

  syncSound() {
    const { sound, soundOn: on, playing, timeline } = this.stage.transport;
    setIcon(this.sound, on ? "sound" : "muted");
    setLabel(this.sound, on ? t("Turn off sound") : t("Turn on sound"));
    setText(this.sound.querySelector("span"), on ? "" : t("Turn on sound"));
    this.sound.classList.toggle("call", !on && playing);
    for (const [voice, box] of Object.entries(this.voiceBoxes)) box.checked = !sound.muted.has(voice);
    const others = ["chords", "bass", "drums"].filter((voice) => !this.voiceLabels[voice].hidden);
    this.soloOnly.setAttribute("aria-pressed", String(others.length > 0 && others.every((voice) => sound.muted.has(voice))));
    this.loop.setAttribute("aria-pressed", String(Boolean(timeline.loop)));
    this.speed.value = String(timeline.speed);
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  get heights() {
    const { layout } = this.stage.look;
    return { ruler: Math.round(layout.font * 1.5), strip: Math.round((layout.phone ? 40 : 30) * Math.sqrt(layout.scale)) };
  }

  /** Have the height it has when painted. */
  size() {
    for (const name of ["ruler", "strip"]) sizeCanvas(this[name], this.stage.look.layout.width, this.heights[name]);
  }

  /** Step numbers over the lanes, as many as fit. */
  drawRuler() {
    const { data: { clock }, look: { layout, theme, view }, transport: { timeline } } = this.stage;
    const { ruler: height } = this.heights;
    const g = fitCanvas(this.ruler, layout.width, height);
    g.font = `${layout.font}px ${theme.font}`;
    g.textBaseline = "middle";
    g.textAlign = "right";
    g.fillStyle = theme.axis("Tx") ?? theme.soft;
    g.fillText("t", layout.gutter - 7, height / 2);
    g.textAlign = "left";
    if (layout.nowInside) g.fillText(t("this step"), layout.gutter + layout.plot + layout.gap, height / 2);
    g.fillStyle = theme.soft;
    const room = g.measureText(String(clock.steps)).width + 10 * layout.scale;
    const every = niceEvery(((view.to - view.from) / (view.last - view.first + 1)) * view.pps, room);
    if (timeline.loop) {
      const x0 = Math.max(layout.gutter, view.x(timeline.loop[0]));
      const x1 = Math.min(layout.gutter + layout.plot, view.x(timeline.loop[1]));
      g.fillStyle = theme.accent;
      if (x1 > x0) g.fillRect(x0, height - 4, x1 - x0, 4);
      g.fillStyle = theme.soft;
    }
    let free = layout.gutter - 1;
    for (let step = view.first; step <= view.last; step += 1) {
      if (step !== 0 && (step + 1) % every) continue;
      const x = view.x(clock.edges[step]);
      if (x < free || x + room - 10 > layout.gutter + layout.plot) continue;
      g.fillRect(x, height - 4, 1, 4);
      g.fillText(String(step + 1), x + 3, height / 2);
      free = x + room;
    }
  }

  /** The whole clock in one strip. */
  drawStrip() {
    const { data: { clock, lanes }, look: { layout, theme }, transport: { timeline } } = this.stage;
    const { strip: height } = this.heights;
    const width = layout.width;
    const g = fitCanvas(this.strip, width, height);
    const box = { height, width, x: (seconds) => ((seconds - clock.start) / clock.duration) * width };
    g.fillStyle = theme.shade;
    g.beginPath();
    g.roundRect(0, 0, width, height, 5);
    g.fill();
    if (timeline.loop) {
      g.fillStyle = theme.accentSoft;
      g.globalAlpha = 0.45;
      g.fillRect(box.x(timeline.loop[0]), 0, box.x(timeline.loop[1]) - box.x(timeline.loop[0]), height);
      g.globalAlpha = 1;
    }
    const pictured = lanes.find((lane) => lane.overview);
    if (pictured) {
      g.fillStyle = theme.soft;
      g.translate(0, 4);
      pictured.overview?.(g, { ...box, height: height - 8 });
      g.translate(0, -4);
    } else {
      g.fillStyle = theme.faint;
      const every = Math.max(1, Math.ceil(clock.steps / (width / 4)));
      for (let step = 0; step <= clock.steps; step += every) g.fillRect(box.x(clock.edges[step]), height - 7, 1, 7);
    }
  }

  /** Frame the part of the strip that is on screen. */
  placeWindow() {
    const { data: { clock }, look: { layout: { width }, view } } = this.stage;
    const x = (seconds) => ((seconds - clock.start) / clock.duration) * width;
    this.window.style.left = `${x(view.from)}px`;
    this.window.style.width = `${Math.min(width, x(view.to)) - x(view.from)}px`;
    this.window.classList.toggle("all", view.whole);
  }
}
