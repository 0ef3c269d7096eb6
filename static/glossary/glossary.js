// Explains a term where a reader points at it, taps it or reaches it by keyboard.
// Text from Python only ever becomes textContent.

import { SHAPES_EVENT } from "../shared/events.js";
import { make } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";

/** `X=m:60,Tx:30` behind a term's link: the shape its chip shows. */
export function shapeOfLink(rest) {
  const at = rest.indexOf("=");
  if (at < 0) return null;
  return rest.slice(at + 1).split(",").filter(Boolean).map((part) => {
    const [axis, size] = part.split(":");
    return [axis, size];
  });
}

/** The nearest tensor called `key`, or the size of the axis of that name, as text; "" if none. */
export function shapeText(key, names, tensors) {
  for (const { symbol, shape } of tensors) {
    const isAxis = shape.length === 1 && shape[0][0] === symbol; // the chip of an axis alone
    if ((names[symbol] || symbol) !== key || !shape.length || isAxis) continue;
    const sizes = shape.map(([, size]) => size);
    return `${symbol} (${shape.map(([axis]) => axis).join(", ")}) = (${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
  }
  for (const { shape } of tensors) {
    const axis = shape.find(([name, size]) => (names[name] || name) === key && size !== null && size !== "None");
    if (axis) return `${axis[0]} = ${axis[1]}`;
  }
  return "";
}

class GlossaryView {
  /** @type {any} what Python says */ data;
  /** @type {Element|null} the term explained */ shown = null;

  constructor(root) {
    this.root = root;
    this.node = make("div", "entry");
    this.node.id = "glossary-entry";
    this.node.setAttribute("role", "tooltip");
    this.node.setAttribute("aria-live", "polite");
    this.node.hidden = true;
    root.append(this.node);
    this.undo = [];
    const on = (target, type, act, options) => {
      target.addEventListener(type, act, options);
      this.undo.push(() => target.removeEventListener(type, act, options));
    };
    on(document, "pointerover", (event) => this.meet(event));
    on(document, "focusin", (event) => this.meet(event));
    on(document, "click", (event) => this.click(event), true);
    on(document, "keydown", (event) => { if (event.key === "Escape") this.hide(); });
    on(window, "scroll", () => this.place(), { capture: true, passive: true });
  }

  close() {
    for (const undo of this.undo) undo();
    this.node.remove();
  }

  /** The term an event is about: [key, element, shape of its own or null]. */
  termOf(event) {
    const { link, names, terms } = this.data;
    for (const node of event.composedPath()) {
      if (!node.dataset) continue;
      if (node.tagName === "A" && (node.getAttribute("href") || "").startsWith(link)) {
        const rest = node.getAttribute("href").slice(link.length);
        const shape = shapeOfLink(rest);
        const key = decodeURIComponent(rest.split("=")[0]);
        return Object.hasOwn(terms, key) ? [key, node, shape] : null;
      }
      const name = (node.classList.contains("lane-symbol") && node.dataset.symbol)
        || ((node.classList.contains("axis") || node.classList.contains("symbol")) && (node.dataset.axis || node.textContent));
      const bare = name && name.replace(/\[.*$/, ""); // a[1] is a of layer 1
      if (bare && Object.hasOwn(names, bare)) return [names[bare], node, null];
    }
    return null;
  }

  meet(event) {
    const found = this.termOf(event);
    if (!found) {
      if (event.type === "pointerover") this.hide();
      return;
    }
    this.show(...found);
  }

  click(event) {
    const found = this.termOf(event);
    if (!found) {
      this.hide();
      return;
    }
    if (found[1].tagName === "A") {
      event.preventDefault(); // no place of the page has that name
      event.stopPropagation();
    }
    this.show(...found);
  }

  show(key, element, own) {
    if (this.shown === element) return;
    this.shown = element;
    const [words, text] = this.data.terms[key];
    const shape = shapeText(key, this.data.names, own ? [{ symbol: key, shape: own }] : this.tensors(element));
    const heading = make("p", "words");
    heading.append(make("strong", "", words));
    this.node.replaceChildren(heading, make("p", "text", text));
    if (shape) this.node.append(make("p", "shape", `${this.data.here}: ${shape}`));
    this.node.hidden = false;
    this.place();
  }

  /** Below the term, or above it where there is more room; gone with it. */
  place() {
    if (!this.shown) return;
    const box = this.shown.getBoundingClientRect();
    if (!this.shown.isConnected || box.bottom < 0 || box.top > window.innerHeight) {
      this.hide();
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const left = Math.min(Math.max(8, box.left), window.innerWidth - width - 8);
    const below = box.bottom + 8 + height < window.innerHeight;
    this.node.style.transform = `translate(${left}px, ${below ? box.bottom + 8 : Math.max(8, box.top - height - 8)}px)`;
  }

  hide() {
    this.node.hidden = true;
    this.shown = null;
  }

  /** Every tensor the page shows, the nearest to the element first. */
  tensors(element) {
    const answers = [];
    window.dispatchEvent(new CustomEvent(SHAPES_EVENT, { detail: answers }));
    for (const chip of document.querySelectorAll(`a[href^="${this.data.link}"][href*="="]`)) {
      const rest = String(chip.getAttribute("href")).slice(this.data.link.length);
      answers.push({ node: chip, tensors: [{ symbol: decodeURIComponent(rest.split("=")[0]), shape: shapeOfLink(rest) }] });
    }
    const at = element.getBoundingClientRect();
    const far = (node) => {
      const box = node.getBoundingClientRect();
      return Math.max(box.top - at.bottom, at.top - box.bottom, 0);
    };
    return answers.filter(({ node }) => node.isConnected)
      .map((answer) => ({ ...answer, far: far(answer.node) }))
      .sort((one, other) => one.far - other.far)
      .flatMap(({ tensors }) => tensors);
  }
}

export default function mountGlossary({ parentElement, data }) {
  return mountView(parentElement, "glossaryView", GlossaryView, (view) => { view.data = data; });
}
