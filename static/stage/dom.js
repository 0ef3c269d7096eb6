// Buttons, icons and canvases of the stage.

import { element } from "../shared/dom.js";

export { element };

const SVG = "http://www.w3.org/2000/svg";

// Drawn on a 24 × 24 grid, filled.
const ICONS = {
  play: "M8 5.2v13.6c0 .8.9 1.3 1.6.8l10-6.8a1 1 0 0 0 0-1.6l-10-6.8C8.9 3.900 8 4.400 8 5.200z",
  pause: "M7 5h3.400v14H7zM13.600 5H17v14h-3.400z",
  back: "M6 5.500h2.200v13H6zM18 6.300v11.400c0 .7-.8 1.100-1.400.7l-7.800-5.700a.9.9 0 0 1 0-1.400l7.800-5.700c.6-.4 1.400 0 1.400.7z",
  forward: "M15.800 5.500H18v13h-2.200zM6 6.300v11.400c0 .7.8 1.100 1.400.7l7.800-5.700a.9.9 0 0 0 0-1.400L7.400 5.600c-.6-.4-1.400 0-1.400.7z",
  sound: "M4 9.500v5h3.200l4.800 4V5.500l-4.800 4zM14.500 8.300a5 5 0 0 1 0 7.400l1.200 1.300a6.800 6.800 0 0 0 0-10zM17.300 5.400a9 9 0 0 1 0 13.200l1.200 1.300a10.800 10.800 0 0 0 0-15.800z",
  muted: "M4 9.500v5h3.200l4.800 4V5.500l-4.800 4zM20.600 9.600l-1.200-1.200-2.200 2.300-2.200-2.300-1.200 1.200 2.200 2.400-2.200 2.400 1.200 1.200 2.200-2.300 2.200 2.300 1.200-1.200-2.200-2.400z",
  loop: "M7 7h9.200V4.300L20.500 8l-4.300 3.700V9H8.800v3.600H7zM17 17H7.800v2.700L3.500 16l4.300-3.700V15h7.400v-3.600H17z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  minus: "M5 11h14v2H5z",
  table: "M4 5h16v14H4zM5.6 10v3h4v-3zM11 10v3h7.400v-3zM5.600 14.400v3h4v-3zM11 14.400v3h7.400v-3z",
  full: "M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z",
  more: "M5 10.200a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600zm7 0a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600zm7 0a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600z",
};

export function setIcon(node, name) {
  if (node.dataset.icon === name) return;
  node.dataset.icon = name;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  const old = node.querySelector("svg");
  if (old) old.replaceWith(svg);
  else node.prepend(svg);
}

/** A real button: an icon with a label for screen readers, or words, which name it themselves. */
export function button(label, /** @type {Record<string, any>} */ { icon, text, className = "", ...attributes } = {}) {
  const node = element("button", {
    type: "button", class: `btn ${className}`.trim(), title: label, "aria-label": text ? false : label, ...attributes,
  });
  if (icon) setIcon(node, icon);
  if (text !== undefined) node.append(element("span", { text }));
  return node;
}

/** A row of buttons, [value, text, title] each, of which one is pressed; `choose` is called with the value of a new one. */
export function choiceButtons(label, choices, current, choose) {
  const buttons = choices.map(([value, text, title]) => {
    const node = button(title, { text, className: "segment", "aria-pressed": String(value === current) });
    node.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === node)));
      choose(value);
    });
    return node;
  });
  return element("div", { class: "segments", role: "group", "aria-label": label }, buttons);
}

/** Change a text only if it is another; cheaper than `textContent`, which makes a new node. */
export function setText(node, text) {
  if (!node.firstChild) node.append(text);
  else if (node.firstChild.data !== text) node.firstChild.data = text;
}

export function setLabel(node, label) {
  node.title = label;
  node.setAttribute("aria-label", label);
}

/** The context of a canvas; what draws here cannot do without one. */
export function contextOf(/** @type {HTMLCanvasElement} */ canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** CSS pixels rounded to the screen's own, so that a thin line stays sharp. */
export function wholePixel(x) {
  const ratio = window.devicePixelRatio || 1;
  return Math.round(x * ratio) / ratio;
}

/** Size a canvas in CSS pixels on any screen: how many of its own there are to each. */
export function sizeCanvas(/** @type {HTMLCanvasElement} */ canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  return ratio;
}

/** Size a canvas and clear it; its context draws in CSS pixels. */
export function fitCanvas(/** @type {HTMLCanvasElement} */ canvas, width, height) {
  const ratio = sizeCanvas(canvas, width, height);
  const g = contextOf(canvas);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

/** A function that calls `act` once it has not been called for some milliseconds; `stop` forgets it. */
export function whenRested(ms, act) {
  let due = 0;
  let timer = 0;
  const wait = () => {
    const left = due - performance.now();
    timer = left > 0 ? window.setTimeout(wait, left) : 0;
    if (!timer) act();
  };
  const again = () => {
    due = performance.now() + ms;
    timer ||= window.setTimeout(wait, ms); // one that runs is kept: a new one at every frame would cost more
  };
  return Object.assign(again, { stop: () => window.clearTimeout(timer) });
}

/** Offer a file to the reader. */
export function saveFile(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
