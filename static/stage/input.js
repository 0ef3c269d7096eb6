// What a reader's hands do: keys, pointer and wheel on the lanes, and what the page's other parts ask.

import { ASK_EVENT, LIGHT_EVENT, PLAY_EVENT, SHAPES_EVENT } from "../shared/events.js";
import { element } from "./dom.js";

/** @import { Frame } from "./frame.js" */
/** @import { StageView } from "./stage.js" */
/** @import { UnitOf } from "./contract.js" */

const DRAG = 4; // pixels a pointer moves before a press becomes a drag

const CLOCK = [" ", "ArrowLeft", "ArrowRight", "Home", "End"];
const WRITTEN = ["number", "text", "search"]; // fields whose keys are theirs

/** @type {Set<StageView>} the stages of the page */ const all = new Set();
/** @type {StageView|null} the one last touched */ let touched = null;

function inSight(/** @type {StageView} */ { root }) {
  const { top, bottom } = root.getBoundingClientRect();
  return bottom > top && top < window.innerHeight / 2 && bottom > window.innerHeight / 3;
}

/** The stage whose clock a key moves that is pressed anywhere on the page; null for none. */
function meant() {
  if (touched && all.has(touched) && inSight(touched)) return touched;
  return [...all].find((stage) => stage.data.payload.presenter && inSight(stage)) ?? null;
}

export class Input {
  /** @type {UnitOf|null} the unit under the pointer */ hovered = null;
  lit = ""; // the axis or symbol that is pointed at, here or elsewhere on the page

  /** @param {StageView} stage */
  constructor(stage) {
    this.stage = stage;
    this.tip = element("div", { class: "tip", hidden: true });
    this.ended = new AbortController();
    const { data, look, transport, controls, root, host } = stage;
    const on = (target, type, act) => target.addEventListener(type, act, { signal: this.ended.signal });
    on(window, PLAY_EVENT, ({ detail }) => { if (detail.stage !== transport && transport.wanted) transport.pause(); });
    on(window, ASK_EVENT, ({ detail }) => detail.push({ key: data.payload.key, ...stage.viewText() }));
    on(window, SHAPES_EVENT, ({ detail }) => detail.push({
      node: host.host || root, tensors: data.lanes.map(({ head: { symbol, shape } }) => ({ symbol, shape })),
    }));
    on(window, LIGHT_EVENT, ({ detail }) => {
      this.lit = detail;
      look.light(detail);
      if (detail) document.documentElement.dataset.lit = detail;
      else delete document.documentElement.dataset.lit;
    });
    // Shape chips elsewhere on the page take part: anything with data-axis or data-symbol.
    // Moves within the shadow root never reach the document, so the root listens too.
    for (const target of [root, document]) {
      on(target, "pointerover", (event) => {
        const named = event.composedPath().find((node) => node.dataset?.axis || node.dataset?.symbol);
        this.tellLight(named ? named.dataset.axis || named.dataset.symbol : "");
      });
    }
    on(root, "keydown", (event) => this.key(event));
    // While nothing has the focus, the keys are those of an open question in sight, then of the stage last
    // touched; where the page is presented, also of the first in sight.
    for (const touch of ["pointerdown", "focusin"]) on(root, touch, () => { touched = stage; });
    window.addEventListener("keydown", (event) => {
      if (!/^(BODY|H\d)$/.test(/** @type {Element} */ (event.target).tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
      const asked = stage.asking.inSight && stage.asking.keyAction(event);
      if (asked || (CLOCK.includes(event.key) && stage === meant())) this.key(event);
    }, { signal: this.ended.signal, capture: true });
    all.add(stage);
    this.ended.signal.addEventListener("abort", () => all.delete(stage));
    let full = false;
    on(document, "fullscreenchange", () => {
      if (full !== stage.isFull) stage.fit();
      full = stage.isFull;
    });
    on(window, "resize", () => { if (data.payload.presenter) stage.fit(); });
    // After a press by hand the keys are the stage's again: Space plays. By keyboard, Space presses on.
    on(root, "click", (event) => {
      const pressed = event.detail && event.composedPath().find((node) => node.tagName === "BUTTON");
      if (pressed && pressed !== controls.more) root.focus({ preventScroll: true });
    });
    on(root, "keyup", (event) => {
      if (event.key === " " && event.target === controls.range) event.preventDefault();
    });
    on(root, "pointerdown", (event) => {
      const path = event.composedPath();
      if (!path.includes(controls.menu) && !path.includes(controls.more)) controls.openMenu(false);
    });
    const resizer = new ResizeObserver(() => {
      if (look.width !== look.layout?.width) stage.fit();
    });
    resizer.observe(look.node);
    this.ended.signal.addEventListener("abort", () => resizer.disconnect());
  }

  close() {
    this.ended.abort();
  }

  /** Light an axis or symbol here and on the rest of the page, unless it is lit. */
  tellLight(name) {
    if (name !== this.lit) window.dispatchEvent(new CustomEvent(LIGHT_EVENT, { detail: name }));
  }

  key(event) {
    const { controls, data, transport } = this.stage;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape" && !controls.menu.hidden) {
      controls.openMenu(false);
      controls.more.focus();
      return;
    }
    const target = event.composedPath()[0];
    const actions = {
      " ": () => transport.toggle(),
      ArrowLeft: () => transport.stepBy(-1),
      ArrowRight: () => transport.stepBy(1),
      Home: () => transport.seekStep(0),
      End: () => transport.seekStep(data.clock.steps - 1),
      f: () => this.stage.toggleFull(),
    };
    const action = this.stage.asking.keyAction(event) ?? (Object.hasOwn(actions, event.key) ? actions[event.key] : null);
    if (!action || target.tagName === "SELECT" || WRITTEN.includes(target.type)) return;
    if ([" ", "Enter"].includes(event.key) && (target.tagName === "BUTTON" || target.type === "checkbox")) return; // Space presses the button it is on
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /** Scrub, pick and point on a lane's picture. */
  listenLane(/** @type {Frame} */ frame) {
    const { data, look, transport } = this.stage;
    const canvas = frame.time;
    /** @type {{x: number, moved: boolean}|null} */
    let press = null;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      press = { x: event.clientX, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = at(event);
      if (press && Math.abs(event.clientX - press.x) > DRAG) press.moved = true;
      if (press?.moved) {
        look.dragging = true;
        transport.seek(look.view.seconds(x));
      }
      this.hover(event, frame, this.probe(frame, x, y));
    });
    const release = (event) => {
      if (press && !press.moved && event.type === "pointerup") {
        const [x, y] = at(event);
        const own = frame.lane.stepAt?.(x) ?? -1;
        if (own >= 0) transport.seekStep(own);
        else if (x >= look.layout.gutter) transport.seek(look.view.seconds(x));
        const found = this.probe(frame, x, y);
        if (found?.unit !== undefined) this.stage.pick(found.axis, found.unit);
      }
      press = null;
      look.dragging = false;
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", (event) => this.hover(event, null, null));
    canvas.addEventListener("wheel", (event) => {
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY) || look.view.whole) return;
      event.preventDefault();
      look.setView(look.view.from + event.deltaX / look.view.pps);
      this.stage.invalidate("view");
    }, { passive: false });
  }

  probe(/** @type {Frame} */ frame, x, y) {
    const { data: { clock }, look: { layout, view } } = this.stage;
    if (!frame.lane.probe || x < layout.gutter) return null;
    return frame.lane.probe(x, y, clock.stepAt(view.seconds(x)), frame.timeSize, view);
  }

  /** Read out what a lane's probe has found, and mark its unit and its symbol. */
  hover(event, frame, found) {
    this.hovered = found?.unit !== undefined ? found : null;
    this.stage.look.markRows(this.hovered);
    if (frame) this.tellLight(found?.symbol ?? "");
    this.tip.hidden = !found;
    if (!found) return;
    this.tip.replaceChildren(element("strong", { text: found.value }), ...found.lines.map((text) => element("span", { text })));
    const box = this.stage.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const left = Math.min(Math.max(4, event.clientX - box.left + 14), box.width - width - 4);
    const top = event.clientY - box.top + (event.pointerType === "touch" ? -height - 24 : 18);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
  }
}
