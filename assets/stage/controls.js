// The transport: buttons, the overview with its scrubber, the menu.

import { button, element, fitCanvas, setIcon, setLabel } from "./dom.js";
import { timeText } from "./text.js";
import { voiceNames } from "./voices.js";
import { t } from "./words.js";

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];
/** Number every step, or every 2nd, 5th, 10th …: as many as have room. */
export function niceEvery(width, room) {
  for (let unit = 1; ; unit *= 10) {
    for (const times of [1, 2, 5]) if (width * unit * times >= room) return unit * times;
  }
}

/** Builds the controls and keeps them in step; what they do is the stage's business. */
export class Controls {
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
    this.more = button(t("More: voices, downloads"), { icon: "more", "aria-expanded": "false" });
    this.strip = element("canvas", { class: "strip", "aria-hidden": "true" });
    this.window = element("div", { class: "strip-window" });
    this.range = element("input", { type: "range", class: "scrub", "aria-label": t("Position"), step: "any" });
    this.overview = element("div", { class: "overview" }, [this.strip, this.window, this.range]);
    this.ruler = element("canvas", { class: "ruler", "aria-hidden": "true" });
    this.hint = element("p", { class: "hint" }, [
      element("kbd", { text: "Space" }), ` ${t("play")} `, element("kbd", { text: "←" }), " ", element("kbd", { text: "→" }),
      ` ${t("step")} `, element("kbd", { text: "Home" }), " ", element("kbd", { text: "End" }), ` ${t("ends")}`,
      element("span", { class: "hint-focus", text: ` · ${t("click the stage first")}` }),
    ]);
    this.notice = element("p", { class: "notice", role: "status", hidden: true });
    this.menu = this.buildMenu();
    this.node = element("div", { class: "bar" }, [
      element("div", { class: "row" }, [
        element("div", { class: "buttons" }, [this.back, this.play, this.forward]),
        element("div", { class: "where-box" }, [this.where, this.token, this.clock]),
        element("div", { class: "tools" }, [this.sound, this.speed, this.loop, this.out, this.in, this.more]),
      ]),
      this.overview, this.ruler, this.menu,
    ]);
    this.below = element("div", { class: "below" }, [this.hint, this.notice]);
    const named = { back: this.back, play: this.play, forward: this.forward, sound: this.sound, speed: this.speed, scrub: this.range, menu: this.more };
    for (const [name, node] of Object.entries(named)) node.dataset.name = name; // for guided tours
    this.listen();
  }

  buildMenu() {
    this.voices = element("fieldset", { class: "voices" }, [element("legend", { text: t("Voices") })]);
    this.voiceBoxes = {};
    for (const [voice, name] of Object.entries(voiceNames())) {
      const box = element("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => this.stage.muteVoice(voice, !box.checked));
      this.voiceBoxes[voice] = box;
      this.voices.append(element("label", {}, [box, element("span", { text: name })]));
    }
    this.soloOnly = button(t("Hear the solo alone: the model's own notes"), { text: t("Solo only"), "aria-pressed": "false" });
    this.voices.append(this.soloOnly);
    this.loopFrom = button(t("Loop from the current step"), { text: t("Loop from this step") });
    this.loopTo = button(t("Loop to the current step"), { text: t("Loop to this step") });
    this.png = button(t("Download the view as PNG"), { text: t("PNG of this view") });
    this.wav = button(t("Download the sound as WAV"), { text: t("WAV of the sound") });
    this.html = button(t("Download the whole stage as one HTML file that plays offline"), { text: t("HTML that plays offline") });
    this.files = element("div", { class: "files" }, [this.loopFrom, this.loopTo, this.png, this.wav, this.html]);
    return element("div", { class: "menu", hidden: true }, [this.voices, this.files]);
  }

  listen() {
    const { stage } = this;
    this.back.addEventListener("click", () => stage.stepBy(-1));
    this.forward.addEventListener("click", () => stage.stepBy(1));
    this.play.addEventListener("click", () => stage.togglePlay());
    this.sound.addEventListener("click", () => stage.toggleSound());
    this.loop.addEventListener("click", () => stage.toggleLoop());
    this.out.addEventListener("click", () => stage.zoomBy(1 / 1.5));
    this.in.addEventListener("click", () => stage.zoomBy(1.5));
    this.speed.addEventListener("change", () => stage.setSpeed(Number(this.speed.value)));
    this.range.addEventListener("input", () => stage.seek(Number(this.range.value)));
    this.more.addEventListener("click", () => this.openMenu(this.menu.hidden));
    this.loopFrom.addEventListener("click", () => stage.loopHere(0));
    this.loopTo.addEventListener("click", () => stage.loopHere(1));
    this.listenRuler();
    this.png.addEventListener("click", () => stage.savePng());
    this.wav.addEventListener("click", () => stage.saveWav());
    this.html.addEventListener("click", () => stage.saveHtml());
    this.soloOnly.addEventListener("click", () => {
      const on = this.soloOnly.getAttribute("aria-pressed") !== "true";
      for (const voice of ["chords", "bass", "drums"]) stage.muteVoice(voice, on);
      stage.muteVoice("solo", false);
    });
  }

  /** Drag over the step numbers to loop those steps; click to end the loop. */
  listenRuler() {
    const { stage, ruler } = this;
    const stepAt = (event) => stage.clock.stepAt(stage.view.seconds(event.clientX - ruler.getBoundingClientRect().left));
    let from = -1;
    ruler.title = t("Drag over step numbers to loop them");
    ruler.addEventListener("pointerdown", (event) => {
      from = stepAt(event);
      ruler.setPointerCapture(event.pointerId);
    });
    ruler.addEventListener("pointermove", (event) => {
      if (from >= 0 && stepAt(event) !== from) stage.setLoop([from, stepAt(event)]);
    });
    ruler.addEventListener("pointerup", (event) => {
      if (stepAt(event) === from) stage.setLoop(null);
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
    const { clock, notes } = this.stage;
    this.range.min = String(clock.start);
    this.range.max = String(clock.end);
    const present = new Set(notes.map((note) => note.voice));
    for (const [voice, box] of Object.entries(this.voiceBoxes)) box.parentElement.hidden = !present.has(voice);
    this.soloOnly.hidden = present.size < 2;
    this.voices.hidden = present.size === 0;
    this.wav.hidden = present.size === 0;
    this.html.hidden = !this.stage.data.template;
    this.sound.hidden = present.size === 0;
  }

  /** Follow the stage's state; cheap enough for every frame. */
  sync() {
    const { stage } = this;
    const { clock, timeline } = stage;
    const playing = timeline.playing;
    setIcon(this.play, playing ? "pause" : "play");
    if (this.wasPlaying !== playing) setLabel(this.play, playing ? t("Pause (Space)") : t("Play (Space)"));
    this.wasPlaying = playing;
    const seconds = stage.position;
    const clockText = `${timeText(seconds - clock.start)} / ${timeText(clock.duration)}`;
    if (this.clock.textContent !== clockText) this.clock.textContent = clockText;
    if (this.range.value !== String(seconds)) this.range.value = String(seconds);
    this.overview.style.setProperty("--at", String((seconds - clock.start) / clock.duration));
  }

  /** Follow the step. */
  syncStep() {
    const { stage } = this;
    this.where.textContent = stage.stepText(stage.step, false);
    this.token.textContent = stage.nameOf(stage.step);
    this.range.setAttribute("aria-valuetext", stage.stepText(stage.step));
    this.back.disabled = stage.step === 0 && stage.position <= stage.clock.start + 1e-9;
    this.forward.disabled = stage.step === stage.clock.steps - 1;
  }

  syncSound() {
    const { stage } = this;
    const on = stage.soundOn;
    setIcon(this.sound, on ? "sound" : "muted");
    setLabel(this.sound, on ? t("Turn off sound") : t("Turn on sound"));
    this.sound.querySelector("span").textContent = on ? "" : t("Turn on sound");
    this.sound.classList.toggle("call", !on && stage.timeline.playing);
    for (const [voice, box] of Object.entries(this.voiceBoxes)) box.checked = !stage.sound.muted.has(voice);
    const others = ["chords", "bass", "drums"].filter((voice) => !this.voiceBoxes[voice].parentElement.hidden);
    const alone = others.length > 0 && others.every((voice) => stage.sound.muted.has(voice));
    this.soloOnly.setAttribute("aria-pressed", String(alone));
    this.loop.setAttribute("aria-pressed", String(Boolean(stage.timeline.loop)));
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  /** Step numbers over the lanes, as many as fit. */
  drawRuler() {
    const { stage } = this;
    const { clock, layout, theme, view } = stage;
    const height = Math.round(layout.font * 1.5);
    const g = fitCanvas(this.ruler, layout.width, height);
    g.font = `${layout.font}px ${theme.font}`;
    g.textBaseline = "middle";
    g.textAlign = "right";
    g.fillStyle = theme.axis("Tx");
    g.fillText("t", layout.gutter - 7, height / 2);
    g.textAlign = "left";
    if (layout.nowInside) g.fillText(t("this step"), layout.gutter + layout.plot + layout.gap, height / 2);
    g.fillStyle = theme.soft;
    const room = g.measureText(String(clock.steps)).width + 10 * layout.scale;
    const every = niceEvery(((view.to - view.from) / (view.last - view.first + 1)) * view.pps, room);
    if (stage.timeline.loop) {
      const x0 = Math.max(layout.gutter, view.x(stage.timeline.loop[0]));
      const x1 = Math.min(layout.gutter + layout.plot, view.x(stage.timeline.loop[1]));
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

  /** The whole clock in one strip, with the part that is on screen framed. */
  drawStrip() {
    const { stage } = this;
    const { clock, layout, theme, view, timeline } = stage;
    const height = Math.round((layout.phone ? 40 : 30) * Math.sqrt(layout.scale));
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
    const pictured = stage.frames.find((frame) => frame.lane.overview);
    if (pictured) {
      g.fillStyle = theme.soft;
      g.translate(0, 4);
      pictured.lane.overview(g, { ...box, height: height - 8 });
      g.translate(0, -4);
    } else {
      g.fillStyle = theme.faint;
      const every = Math.max(1, Math.ceil(clock.steps / (width / 4)));
      for (let step = 0; step <= clock.steps; step += every) g.fillRect(box.x(clock.edges[step]), height - 7, 1, 7);
    }
    const from = box.x(view.from);
    this.window.style.left = `${from}px`;
    this.window.style.width = `${Math.min(width, box.x(view.to)) - from}px`;
    this.window.classList.toggle("all", view.whole);
  }
}
