// The lesson beside the page: a step, its question, and the answer when it is asked for. Pages
// are loaded as their links say; a clicker leads on. Text from Python only becomes textContent.

import { clicked } from "../shared/clicker.js";
import { drawCode } from "../shared/code.js";
import { element, make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { addressOf, phrase } from "../shared/phrase.js";
import { tab } from "../shared/tab.js";

const BEGAN = "seqscope.lesson:began"; // ms of the clock at the hour's first minute
const FOLDED = "seqscope.lesson:folded";
const PRESSED = "seqscope.lesson:pressed"; // which button led to this page

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);

class PlanView {
  // All are there once `adopt` has been called.
  /** @type {any} what Python says */ data;
  /** @type {(step: number) => void} */ tell = () => {};
  /** @type {number} which word of the server's was heard last */ turn = 0;
  /** @type {string} all that is said */ words = "";
  /** @type {HTMLElement} */ clock;
  /** @type {HTMLButtonElement} */ back;
  /** @type {HTMLButtonElement} */ next;

  constructor(root) {
    this.root = root;
    this.step = 0;
    this.live = make("div", "sr");
    this.live.setAttribute("aria-live", "polite");
    this.panel = make("section", "panel");
    this.tab = element("button", { type: "button", class: "tab" });
    this.tab.addEventListener("click", () => this.fold(false));
    this.node = make("div", "plan", undefined, [this.panel, this.tab, this.live]);
    root.append(this.node);
    this.key = this.key.bind(this);
    this.fit = this.fit.bind(this);
    document.addEventListener("keydown", this.key);
    window.addEventListener("resize", this.fit);
    this.sized = new ResizeObserver(this.fit);
    this.sized.observe(this.panel);
    this.timer = setInterval(() => this.tick(), 1000);
    if (!tab.getItem(BEGAN)) this.setClock(0);
  }

  adopt(data, tell) {
    const step = data.turn === this.turn ? this.step : data.step; // the browser is ahead otherwise
    const words = JSON.stringify([data.steps, data.words]);
    const same = step === this.step && words === this.words;
    Object.assign(this, { data, tell, turn: data.turn, words, step });
    if (!same) this.draw();
  }

  get now() {
    return this.data.steps[this.step - 1];
  }

  /** The page on which a step stands: what the last step up to it has opened. */
  opened(step) {
    return this.data.steps.slice(0, step).findLastIndex(({ opens }) => opens);
  }

  /** Stand on a step, counted from 1: where it opens another page, that is loaded. */
  go(step, pressed = "") {
    if (step < 1 || step > this.data.steps.length) return;
    const page = this.opened(step);
    if (page !== this.opened(this.step)) {
      tab.setItem(PRESSED, pressed);
      const to = new URL(addressOf(this.data.steps[page].opens));
      to.searchParams.set("plan", String(step));
      location.assign(to);
      return;
    }
    this.step = step;
    this.tell(step);
    this.draw();
  }

  leave() {
    for (const kept of [BEGAN, FOLDED, PRESSED]) tab.removeItem(kept);
    this.node.hidden = true;
    this.fit();
    this.tell(0);
  }

  fold(folded) {
    tab.setItem(FOLDED, folded ? "yes" : "");
    this.draw();
    (folded ? this.tab : this.next).focus({ preventScroll: true });
  }

  draw() {
    const { words, steps, parts } = this.data;
    const { now, step } = this;
    const part = parts[now.part];
    const last = step === steps.length;
    const held = /** @type {HTMLElement|null} */ (this.root.activeElement)?.dataset.does || tab.getItem(PRESSED);
    tab.removeItem(PRESSED);
    const button = (does, text, act, label = "") => {
      const node = element("button", { type: "button", class: `btn ${does}`, text, "data-does": does, "aria-label": label || null, title: label || null });
      node.addEventListener("click", act);
      return node;
    };
    this.clock = button("clock", "", () => this.setClock(part.begins), fill(words.clock, part));
    this.back = button("back", words.back, () => this.go(step - 1, "back"));
    this.back.disabled = step === 1;
    this.next = button("next", steps[step]?.kind === "answer" ? words.answer : words.next, () => this.go(step + 1, "next"));
    this.next.disabled = last;
    // What comes later in the part stays covered.
    const said = steps.map((each, place) => [each, place + 1]).filter(([each, place]) => each.part === now.part && place <= step);
    this.panel.setAttribute("aria-label", words.lesson);
    this.panel.replaceChildren(
      make("header", "", undefined, [
        make("p", "count", `${words.lesson} · ${step} / ${steps.length}`), this.clock,
        button("fold", "›", () => this.fold(true), words.fold), button("leave", "×", () => this.leave(), words.leave),
      ]),
      make("h2", "", part.title),
      make("p", "minutes", fill(words.minutes, part)),
      make("div", "steps", undefined, said.map(([each, place]) => this.drawStep(each, place === step))),
      make("footer", "", undefined, [this.back, this.next]),
    );
    this.tab.textContent = `‹ ${words.lesson} ${step} / ${steps.length}`;
    this.tab.setAttribute("aria-label", `${words.unfold}, ${step} / ${steps.length}`);
    const folded = Boolean(tab.getItem(FOLDED));
    this.panel.hidden = folded;
    this.tab.hidden = !folded;
    this.live.textContent = now.text.map(([, each]) => each).join("");
    this.panel.querySelector(".now")?.scrollIntoView({ block: "nearest" });
    const again = held && /** @type {HTMLButtonElement|null} */ (this.panel.querySelector(`[data-does="${held}"]`));
    if (again) /** @type {HTMLElement} */ (again.disabled ? this.panel.querySelector("footer button:enabled") : again).focus({ preventScroll: true });
    this.tick();
    this.fit();
  }

  drawStep({ kind, text, code }, now) {
    const node = make("div", `step ${kind}${now ? " now" : ""}`, undefined, [make("p", "", undefined, phrase(text))]);
    if (now) node.setAttribute("aria-current", "step");
    if (now && code?.rows.length) node.append(make("div", "code", undefined, [drawCode(code.rows, this.data.words.code)]));
    return node;
  }

  // -- the clock ------------------------------------------------------------------------

  setClock(minute) {
    tab.setItem(BEGAN, String(Date.now() - 60_000 * minute));
    this.tick();
  }

  tick() {
    if (!this.step) return;
    const seconds = Math.max(0, Math.floor((Date.now() - Number(tab.getItem(BEGAN))) / 1000));
    const two = (number) => String(number).padStart(2, "0");
    this.clock.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    this.clock.classList.toggle("late", seconds > 60 * this.data.parts[this.now.part].ends);
  }

  // -- its place ------------------------------------------------------------------------

  /** The page makes room: beside it, on a narrow window below it. */
  fit() {
    const shown = this.step && !this.node.hidden && !this.panel.hidden && this.node.isConnected;
    const beside = window.innerWidth >= 1000;
    const { style } = document.documentElement;
    style.setProperty("--beside", shown && beside ? `${this.panel.offsetWidth}px` : "0px");
    style.setProperty("--below", shown && !beside ? `${this.panel.offsetHeight}px` : "0px");
  }

  /** A clicker's keys are a stage's that asks first, if the hand was there, then the lesson's. */
  key(event) {
    const way = clicked(event);
    if (!way || !this.step || this.node.hidden) return;
    event.preventDefault();
    this.go(this.step + way);
  }

  close() {
    clearInterval(this.timer);
    this.sized.disconnect();
    document.removeEventListener("keydown", this.key);
    window.removeEventListener("resize", this.fit);
    this.node.remove();
    this.fit();
  }
}

export default function mountPlan({ parentElement, data, setTriggerValue }) {
  return mountView(parentElement, "planView", PlanView, (view) => view.adopt(data, (step) => setTriggerValue("at", step)));
}
