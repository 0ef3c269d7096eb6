// A guided tour: one element lit, one thing said, one thing to do. The page stays usable.
// Text from Python only ever becomes textContent.

import { MOVE_EVENT, PLAY_EVENT } from "../shared/events.js";
import { clicked } from "../shared/clicker.js";
import { make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { phrase } from "../shared/phrase.js";

const EDGE = 14; // pixels between the card and the edges of the window
const AIR = 6; // pixels between an element and its light

/** The class Streamlit gives the element of a key. */
function keyClass(key) {
  return `st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`;
}

/** The element called `key`, or its part in `key::part`; null if it is not on the page. */
function findElement(name) {
  const [key, part = ""] = splitName(name);
  // A stage in another language than English has the language in its key.
  const whole = document.querySelector(`.${keyClass(key)}, .${keyClass(`${key}-${document.documentElement.lang.slice(0, 2)}`)}`);
  if (!whole || !part) return whole;
  const quoted = CSS.escape(part);
  /** @type {ParentNode[]} */
  const queue = [whole];
  for (const root of queue) {
    const found = root.querySelector(`[data-name="${quoted}"], [data-symbol="${quoted}"].chip`);
    if (found) return found;
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) queue.push(node.shadowRoot);
  }
  return null;
}

/** A key may hold a colon itself, as `jazz_run:train`; a part follows two. */
function splitName(name) {
  const at = name.indexOf("::");
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 2)];
}

/** On the page and not folded away: what a closed fold holds still has a size. */
function visible(node) {
  return Boolean(node) && node.getClientRects().length > 0 && !node.closest("details:not([open])");
}

/** Whether a node stays where it is while the page is scrolled. */
function stuck(node) {
  return Boolean(node) && (getComputedStyle(node).position === "sticky" || stuck(node.parentElement));
}

class TourView {
  /** @type {any} what Python says */ data;
  /** @type {any} what is lit */ element;
  /** @type {number|null} where that stood */ top;
  /** @type {WeakSet<Element>} */ unfolded;
  frame = 0;

  constructor(root) {
    this.root = root;
    this.ring = make("div", "ring");
    this.ring.setAttribute("aria-hidden", "true");
    this.card = make("section", "card");
    this.card.tabIndex = -1;
    this.live = make("div", "sr");
    this.live.setAttribute("aria-live", "polite");
    this.node = make("div", "tour", undefined, [this.ring, this.card, this.live]);
    this.node.hidden = true;
    root.append(this.node);
    this.step = 0; // counted from 1; 0 is no tour
    this.undo = [];
  }

  /** What the page says: `data.step` is where the URL stands. */
  adopt(data, tell) {
    this.data = data;
    this.tell = tell;
    this.node.classList.toggle("presenter", data.presenter);
    // The browser is ahead: a run that began before the last press still says the step before
    // it. Only a new turn is the server's own word.
    const told = data.turn !== this.turn;
    this.turn = data.turn;
    const step = told ? data.step : this.step;
    const words = JSON.stringify([data.title, data.steps, data.words, data.presenter]);
    if (step === this.step && words === this.words) return;
    const began = !this.step && step;
    this.words = words;
    this.go(step, { tell: false, focus: began && data.asked });
  }

  listen() {
    if (this.undo.length) return;
    const on = (target, type, act, options) => {
      target.addEventListener(type, act, options);
      this.undo.push(() => target.removeEventListener(type, act, options));
    };
    on(window, PLAY_EVENT, (event) => this.heard("play", event.detail.key));
    on(window, MOVE_EVENT, (event) => this.heard("step", event.detail.key));
    for (const type of ["click", "input", "change", "keydown", "pointerover", "focusin"]) {
      on(document, type, (event) => this.touched(event), true);
    }
    on(document, "keydown", (event) => this.key(event));
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      on(document, type, () => { this.leads = false; }, { capture: true, passive: true });
    }
    // Streamlit writes the URL without an event, and elements come and go with each run.
    const timer = setInterval(() => this.look(), 150);
    this.undo.push(() => clearInterval(timer));
    const follow = () => {
      this.place();
      this.frame = requestAnimationFrame(follow);
    };
    this.frame = requestAnimationFrame(follow);
    this.undo.push(() => cancelAnimationFrame(this.frame));
  }

  deafen() {
    for (const undo of this.undo.splice(0)) undo();
  }

  close() {
    this.deafen();
    this.node.remove();
  }

  get now() {
    return this.data.steps[this.step - 1];
  }

  /** Stand on a step, counted from 1; 0 leaves the tour. */
  go(step, { tell = true, focus = false } = {}) {
    this.step = Math.min(Math.max(step, 0), this.data.steps.length);
    if (tell) this.tell(this.step);
    this.node.hidden = !this.step;
    this.done = false;
    this.leads = true; // until the reader moves the page, or anything else
    this.top = null;
    this.unfolded = new WeakSet();
    this.absent = 0;
    this.element = null;
    if (!this.step) {
      this.deafen();
      return;
    }
    this.listen();
    this.before = this.urlValue();
    this.draw();
    if (focus) this.card.focus({ preventScroll: true });
    this.look();
  }

  // -- what is shown --------------------------------------------------------------------

  draw() {
    const { steps, words, title, presenter } = this.data;
    const { step, now } = this;
    const last = step === steps.length;
    const held = this.root.activeElement && this.root.activeElement.dataset.does;
    const button = (does, text, act, className = "") => {
      const node = make("button", `btn ${className}`.trim(), text);
      node.type = "button";
      node.dataset.does = does;
      node.addEventListener("click", act);
      return node;
    };
    const close = button("leave", "×", () => this.leave(), "leave");
    close.setAttribute("aria-label", words.leave);
    close.title = words.leave;
    const heading = make("h2", "title", now.title);
    heading.id = "tour-title";
    this.card.setAttribute("aria-labelledby", heading.id);
    this.task = make("p", "task", undefined, [make("span", "tick"), make("span", "ask")]);
    this.task.hidden = !now.action;
    this.missing = make("p", "missing", words.missing);
    this.missing.hidden = true;
    this.back = button("back", words.back, () => this.go(step - 1, { focus: true }));
    this.back.disabled = step === 1;
    this.next = button("next", "", () => (last ? this.leave() : this.go(step + 1, { focus: true })), "next");
    const parts = [
      make("header", "", undefined, [make("p", "count", `${title} · ${step} / ${steps.length}`), close]),
      heading,
      make("p", "text", undefined, phrase(now.text)),
      ...this.drawQuestion(now, words),
      this.missing,
      this.task,
      make("footer", "", undefined, [
        this.back, this.next, ...(presenter ? [make("p", "keys", words.keys)] : []),
      ]),
    ];
    this.card.replaceChildren(...parts);
    this.live.textContent = `${step} / ${steps.length}: ${now.title}. ${now.text.map(([, each]) => each).join("")}`;
    this.mark();
    const again = held && this.card.querySelector(`[data-does="${held}"]`);
    if (again && !again.disabled) again.focus({ preventScroll: true });
    else if (held) this.next.focus({ preventScroll: true });
  }

  drawQuestion({ question, answer }, words) {
    if (!question.length) return [];
    const asked = make("p", "question", undefined, phrase(question));
    if (!answer.length) return [asked];
    const folded = make("details", "answer", undefined, [
      make("summary", "", words.answer), make("p", "", undefined, phrase(answer)),
    ]);
    return [asked, folded];
  }

  /** Say whether the step's task is done. */
  mark() {
    const { words, steps } = this.data;
    const waits = Boolean(this.now.action) && !this.done;
    this.card.classList.toggle("waits", waits);
    this.task.classList.toggle("done", this.done);
    this.task.querySelector(".tick").textContent = this.done ? "✓" : "○";
    this.task.querySelector(".ask").textContent = this.done ? words.done : words.waiting;
    this.next.textContent = this.step === steps.length ? words.finish : waits ? words.skip : words.next;
    this.card.dataset.step = String(this.step);
    this.card.dataset.done = String(this.done || !this.now.action);
  }

  finishTask() {
    if (this.done || !this.step) return;
    this.done = true;
    this.mark();
    this.live.textContent = this.data.words.done;
  }

  leave() {
    this.go(0);
    const focus = () => {
      if (this.step) return;
      // Streamlit keeps a second button for phones.
      const buttons = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`.${keyClass("tour_button")} button`)]);
      buttons.find(visible)?.focus({ preventScroll: true });
    };
    focus();
    // The run that follows may draw the button anew.
    for (const later of [300, 900, 2000]) setTimeout(() => { if (document.activeElement === document.body) focus(); }, later);
  }

  // -- where the light falls ------------------------------------------------------------

  /** Find the step's element, and see whether its task is done. */
  look() {
    if (!this.step) return;
    const { now } = this;
    this.element = findElement(now.light);
    if (!visible(this.element)) this.unfold();
    if (!visible(this.element)) this.element = null;
    this.absent = this.element ? 0 : (this.absent || 0) + 1;
    this.missing.hidden = this.absent < 10; // what a run is still drawing is not missing
    if (this.element && this.leads) this.bring();
    if (now.action === "see" && visible(findElement(now.target))) this.finishTask();
    if (now.action === "set" && this.urlValue() !== this.before) this.finishTask();
  }

  /** Open what is folded while the page is presented: the element may stand inside. */
  unfold() {
    for (const fold of /** @type {NodeListOf<any>} */ (document.querySelectorAll('[class*="st-key-controls_"] summary'))) {
      if (!fold.parentElement.open && !this.unfolded.has(fold)) fold.click();
      this.unfolded.add(fold); // once a step: a reader may fold it again
    }
  }

  urlValue() {
    const { now } = this;
    return now.action === "set" ? JSON.stringify(new URLSearchParams(window.location.search).getAll(now.target)) : "";
  }

  /** The part of the window that the card leaves free, and what stays above the element. */
  free() {
    const { ring, element } = this;
    ring.style.scrollMarginTop = stuck(element) ? "0" : getComputedStyle(element).getPropertyValue("--stage-top");
    const top = Number.parseFloat(getComputedStyle(ring).scrollMarginTop); // in pixels
    const sheet = window.innerWidth < 640 ? this.card.offsetHeight + EDGE : 0;
    return { top, bottom: window.innerHeight - sheet };
  }

  /** Scroll the element into what the card leaves free; a page still being drawn moves it again. */
  bring() {
    const moves = this.top !== null && this.top !== this.element.getBoundingClientRect().top;
    this.top = this.element.getBoundingClientRect().top;
    if (moves) return;
    const main = this.element.closest('[data-testid="stMain"]') || document.querySelector('[data-testid="stMain"]');
    if (!main) return;
    const { top, bottom } = this.free();
    const box = this.element.getBoundingClientRect();
    const room = bottom - top;
    const wanted = box.height < room ? top + (room - box.height) / 3 : top + AIR;
    const inSight = box.top >= top && box.bottom <= bottom;
    if (inSight) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    main.scrollBy({ top: box.top - wanted, behavior: still ? "auto" : "smooth" });
  }

  /** Follow the element with the light, and keep the card off it. */
  place() {
    const { element, ring } = this;
    ring.hidden = !element || !element.isConnected;
    if (ring.hidden) return;
    const box = element.getBoundingClientRect();
    const at = `${box.left - AIR},${box.top - AIR},${box.width + 2 * AIR},${box.height + 2 * AIR}`;
    if (at === this.at) return;
    this.at = at;
    ring.style.transform = `translate(${box.left - AIR}px, ${box.top - AIR}px)`;
    ring.style.width = `${box.width + 2 * AIR}px`;
    ring.style.height = `${box.height + 2 * AIR}px`;
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const overlap = (left, top) => Math.max(0, Math.min(left + width, box.right) - Math.max(left, box.left))
      * Math.max(0, Math.min(top + height, box.bottom) - Math.max(top, box.top));
    const right = window.innerWidth - EDGE - width;
    const low = window.innerHeight - EDGE - height;
    /** @type {[string, number, number][]} */
    const corners = [["right low", right, low], ["left low", EDGE, low], ["right high", right, 64], ["left high", EDGE, 64]];
    const covered = corners.map(([, left, top]) => overlap(left, top));
    // Not for a little gain: a card that jumps is harder to read than one that covers something.
    const least = Math.min(...covered);
    [this.card.dataset.corner] = corners[covered.findIndex((each) => each <= least + 0.2 * width * height)];
  }

  // -- what the reader does -------------------------------------------------------------

  heard(action, key) {
    if (this.step && this.now.action === action && this.now.target === key) this.finishTask();
  }

  touched(event) {
    if (!this.step || this.done) return;
    const { action, target } = this.now;
    const kinds = {
      press: ["click"],
      use: ["click", "input", "change", ...([" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(event.key) ? ["keydown"] : [])],
      point: ["pointerover", "focusin", "click"],
    }[action];
    if (!kinds || !kinds.includes(event.type)) return;
    const element = findElement(target);
    if (element && event.composedPath().includes(element)) this.finishTask();
  }

  /** A clicker in the hand of whoever presents sends PageDown and PageUp. */
  key(event) {
    if (!this.step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape" && this.root.activeElement) {
      this.leave();
      return;
    }
    const way = clicked(event);
    // In a lesson they are the lesson's.
    if (!way || !this.data.presenter || new URLSearchParams(window.location.search).has("plan")) return;
    event.preventDefault();
    const step = this.step + way;
    if (step >= 1 && step <= this.data.steps.length) this.go(step);
  }
}

export default function mountTour({ parentElement, data, setTriggerValue }) {
  return mountView(parentElement, "tourView", TourView, (view) => view.adopt(data, (step) => setTriggerValue("at", step)));
}
