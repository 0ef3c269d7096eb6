// Sentences with marked words, from Python. Text only ever becomes textContent.

import { element, make } from "./dom.js";

const TAGS = { bold: "strong", italic: "em", code: "code" };

/** The app's own address, whatever path it is served under: Streamlit's script stands below it. */
const app = () => new URL("../../", /** @type {HTMLScriptElement} */ (document.querySelector("script[src*='/static/js/']")).src);

/** Where a path of the app is. */
export const addressOf = (/** @type {string} */ path) => new URL(`.${path}`, app()).href;

/** Nodes for [style, words] pairs, and links to ["link", words, path]. */
export function phrase(spans) {
  return spans.map(([style, words, path]) => {
    if (style === "link") return element("a", { href: addressOf(path), text: words });
    return style ? make(TAGS[style], "", words) : document.createTextNode(words);
  });
}
