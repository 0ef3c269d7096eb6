// The document around the app: what language it is in, its connection, and the words that
// Streamlit itself writes into it, for which it has no setting. Only whole texts it is known to
// write are replaced, only in their own places: a reader's words are never touched.

const ATTRIBUTES = ["aria-label", "title", "placeholder", "data-title"]; // the last is Plotly's
// Where only our own or the reader's words stand.
const OURS = "[data-testid='stMarkdownContainer'], [data-testid='stBidiComponentRegular'], textarea, pre, code";
// Where Streamlit writes its own words as Markdown: an uploader's button, the tip of a tool.
const MARKDOWN = "[data-testid='stFileUploaderDropzone'], [data-testid='stTooltipContent']";
// Where words stand that are too short to be looked for elsewhere, and none of a reader's.
const TABLE = ["ColumnMenu", "ColumnFormattingMenu", "StatisticsMetrics"].map((menu) => `[data-testid='stDataFrame${menu}']`).join();

/** The replacement for `text`, or undefined. `patterns` are [regular expression, template]. */
export function replaced(text, exact, patterns) {
  const bare = text.trim();
  if (!bare || bare.length > 300) return undefined;
  if (Object.hasOwn(exact, bare)) return exact[bare];
  for (const [pattern, template] of patterns) {
    const found = pattern.exec(bare);
    if (found) return template.replace(/\{(\d)\}/g, (_, n) => found[Number(n) + 1]);
  }
  return undefined;
}

function reader(data) {
  const patterns = Object.entries(data.patterns).map(([source, to]) => [new RegExp(source), to]);
  const ours = new Map(); // text node or element → what was there and what we wrote
  const tables = { ...data.exact, ...data.tables };
  const swap = (owner, at, name, before, write) => {
    const after = replaced(before, at.closest(TABLE) ? tables : data.exact, patterns);
    if (after === undefined || after === before) return;
    const kept = ours.get(owner) ?? {};
    ours.set(owner, { ...kept, [name]: [before, after] });
    write(after);
  };
  const text = (node) => {
    const at = node.parentElement;
    if (at && (!at.closest(OURS) || at.closest(MARKDOWN))) swap(node, at, "", node.data, (after) => { node.data = after; });
  };
  const attributes = (node) => {
    if (node.closest("[data-testid='stBidiComponentRegular']")) return;
    for (const name of ATTRIBUTES) {
      const value = node.getAttribute(name);
      if (value) swap(node, node, name, value, (after) => node.setAttribute(name, after));
    }
  };
  const all = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return text(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return undefined;
    attributes(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) text(node);
      else attributes(node);
    }
    return undefined;
  };
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(all);
      else if (change.type === "characterData") text(change.target);
      else attributes(change.target);
    }
    // What left the page is not held.
    if (changes.some((change) => change.removedNodes.length)) {
      for (const owner of ours.keys()) if (!owner.isConnected) ours.delete(owner);
    }
  });
  all(document.body);
  observer.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
  return () => {
    observer.disconnect();
    for (const [owner, kept] of ours) {
      for (const [name, [before, after]] of Object.entries(kept)) {
        if (!name && owner.data === after) owner.data = before;
        else if (name && owner.getAttribute(name) === after) owner.setAttribute(name, before);
      }
    }
  };
}

let stop = () => {};
let spoken = "";
/**
 * Ask for the whole page when a lost connection is there again. The server may be another one: it
 * knows none of the page's parts, and whatever is pressed in one would do nothing.
 */
function onceConnectedAgain(again) {
  const app = document.querySelector("[data-testid='stApp']");
  if (!app) return;
  const watched = globalThis.seqscopeAgain;
  globalThis.seqscopeAgain = again; // of the release that the page has now, whoever watches
  if (watched) return;
  let connected = true;
  new MutationObserver(() => {
    const now = app.getAttribute("data-test-connection-state") === "CONNECTED";
    if (now && !connected) globalThis.seqscopeAgain();
    connected = now;
  }).observe(app, { attributeFilter: ["data-test-connection-state"] });
}

/** Of what can be pressed in the nearest part that has anything: what follows `node`, or stands where it stood. */
function nextTo(/** @type {HTMLElement} */ node, /** @type {Element[]} */ around, top) {
  for (const part of around.filter((one) => one.isConnected)) {
    const all = [...part.querySelectorAll("button, input, select, textarea, a[href]")];
    const able = /** @type {HTMLButtonElement[]} */ (all.filter((one) => (
      !(/** @type {HTMLButtonElement} */ (one).disabled) && one.getClientRects().length > 0 && !one.closest("[data-testid='stWidgetLabel']"))));
    const after = node.isConnected && able.find((one) => all.indexOf(one) > all.indexOf(node));
    const away = (one) => Math.abs(one.getBoundingClientRect().top - top);
    if (able.length) return after || able.reduce((best, one) => (away(one) < away(best) ? one : best));
  }
  return null;
}

/**
 * Keep the focus in sight where the button that had it turns grey or is drawn anew: browsers drop it
 * without a word, and the next Tab begins at the page's start.
 */
function keepFocus() {
  const app = document.querySelector("[data-testid='stApp']");
  if (!app || globalThis.seqscopeFocus) return;
  /** @type {HTMLElement|null} */ let node = null;
  /** @type {Element[]} */ let around = [];
  let top = 0;
  const look = () => {
    const { activeElement } = document;
    const lost = !activeElement || activeElement === document.body || activeElement === node;
    if (!node || !lost || (node.isConnected && !(/** @type {HTMLButtonElement} */ (node).disabled))) return;
    const key = around.flatMap((one) => [...one.classList]).find((name) => name.startsWith("st-key-"));
    const anew = key && !node.isConnected && document.querySelector(`.${CSS.escape(key)} button`);
    const again = /** @type {HTMLButtonElement} */ (anew || node);
    const next = again !== node && !again.disabled ? again : nextTo(again, around, top);
    next?.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", (event) => {
    if (node && !event.composedPath().includes(node)) node = null; // left by hand
  }, true);
  const watch = globalThis.seqscopeFocus = new MutationObserver(look);
  document.addEventListener("focusin", (event) => {
    [node, ...around] = /** @type {HTMLElement[]} */ (event.composedPath().filter((one) => one instanceof HTMLElement));
    top = node.getBoundingClientRect().top;
    watch.disconnect();
    watch.observe(node, { attributeFilter: ["disabled"] });
    watch.observe(app, { attributeFilter: ["data-test-script-state"] }); // what was drawn anew is there
  }, true);
}

/**
 * Let a finger that moves over a chart scroll the page: Plotly would take it for a drag, and a chart may be as high as a
 * phone. A tap reaches it as a mouse's press, and still says what stands there.
 */
function letFingersScroll() {
  if (globalThis.seqscopeFingers) return;
  globalThis.seqscopeFingers = true;
  document.addEventListener("touchstart", (event) => {
    if (/** @type {Element} */ (event.target).closest(".draglayer")) event.stopPropagation();
  }, { capture: true, passive: true });
}

/** Menus and dialogs stand outside the app: the document is light or dark as the app is. */
function followScheme() {
  const app = document.querySelector("[data-testid='stApp']");
  if (!app || globalThis.seqscopeScheme) return;
  const follow = () => { document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme; };
  follow();
  globalThis.seqscopeScheme = new MutationObserver(follow);
  globalThis.seqscopeScheme.observe(app, { attributeFilter: ["class"] });
}

export default function page({ data, setTriggerValue }) {
  document.documentElement.lang = data.lang;
  followScheme();
  letFingersScroll();
  keepFocus();
  onceConnectedAgain(() => setTriggerValue("again", true));
  // Streamlit calls again on every run; the same words need nothing.
  const wanted = JSON.stringify(data);
  if (wanted === spoken) return;
  spoken = wanted;
  stop();
  stop = Object.keys(data.exact).length ? reader(data) : () => {};
}
