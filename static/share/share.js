// The popover that makes a link of this view. Text from Python only ever becomes textContent.

import { ASK_EVENT } from "../shared/events.js";
import { drawCode } from "../shared/code.js";
import { element } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";

const SAID_FOR = 5000; // milliseconds

/** The address of this view: what the URL says, its section too, then where each stage stands. */
export function linkOf(address, stages, { lang, views, without, presenter }) {
  const url = new URL(address);
  const query = url.searchParams;
  for (const name of [...query.keys()]) {
    const at = name.lastIndexOf(".");
    if (at > 0 && views.includes(name.slice(at + 1))) query.delete(name);
  }
  for (const { key, ...view } of stages) {
    for (const [name, value] of Object.entries(view)) query.set(`${key}.${name}`, value);
  }
  query.set("lang", lang);
  if (without.length) query.set("without", without.join(","));
  else query.delete("without");
  if (!presenter) query.delete("present");
  query.delete("plan"); // the teacher's alone
  for (const framed of ["embed", "embed_options"]) query.delete(framed); // another page's frame has its own
  return url.toString();
}

class ShareView {
  // All are there once `adopt` has been called.
  /** @type {HTMLInputElement} */ field;
  /** @type {HTMLElement} */ said;
  /** @type {HTMLElement} */ large;
  /** @type {HTMLElement} */ figure;

  constructor(root) {
    this.root = root;
    this.node = element("div", { class: "share" });
    root.append(this.node);
    this.without = new Set((new URLSearchParams(window.location.search).get("without") || "").split(",").filter(Boolean));
    this.keeps = false;
  }

  adopt(data, tell) {
    this.data = data;
    this.tell = tell;
    const words = JSON.stringify([data.words, data.presenter]);
    if (words !== this.words) this.build();
    this.words = words;
    this.refresh();
    this.drawCode();
  }

  build() {
    const { words, presenter } = this.data;
    this.field = element("input", { type: "text", readonly: true, "aria-label": words.link, class: "link" });
    this.field.addEventListener("focus", () => this.field.select());
    this.copy = element("button", { type: "button", class: "btn primary", text: words.copy });
    this.copy.addEventListener("click", () => this.copyLink());
    this.said = element("p", { class: "said", role: "status" });
    this.figure = element("div", { class: "code" });
    this.large = element("button", { type: "button", class: "btn", text: words.large });
    this.large.addEventListener("click", () => this.showLarge());
    const boxes = this.parts().map(([name, text]) => this.box(text, this.without.has(name), (on) => {
      if (on) this.without.add(name);
      else this.without.delete(name);
    }));
    const local = ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
    this.node.replaceChildren(
      element("div", { class: "row" }, [this.field, this.copy]), this.said,
      element("div", { class: "picture" }, [this.figure, this.large]),
      ...(local ? [element("p", { class: "local", text: words.local })] : []),
      ...(presenter ? [this.box(words.presenter, this.keeps, (on) => { this.keeps = on; })] : []),
      ...(boxes.length ? [element("details", {}, [element("summary", { text: words.hide }), element("div", { class: "parts" }, boxes)])] : []),
    );
  }

  box(text, on, change) {
    const input = element("input", { type: "checkbox" });
    input.checked = on;
    input.addEventListener("change", () => {
      change(input.checked);
      this.refresh();
    });
    return element("label", {}, [input, element("span", { text })]);
  }

  /** What a link can leave out: the page's sections by their headings, and its uploads. */
  parts() {
    const found = [];
    for (const node of document.querySelectorAll('[class*="st-key-section_"]')) {
      const name = node.className.replace(/.*st-key-section_([\w-]+).*/s, "$1");
      const heading = node.querySelector("h2, h3");
      if (heading) found.push([name, heading.textContent.trim()]);
    }
    if (document.querySelector('[data-testid="stFileUploader"]')) found.push(["uploads", this.data.words.uploads]);
    return found;
  }

  /** The link as the page stands now; the server hears of a new one, for its code. */
  refresh() {
    const stages = [];
    window.dispatchEvent(new CustomEvent(ASK_EVENT, { detail: stages }));
    const { lang, views } = this.data;
    const link = linkOf(window.location.href, stages, { lang, views, without: [...this.without], presenter: this.keeps });
    this.field.value = link;
    if (link === this.link) return;
    this.link = link;
    this.tell(link);
  }

  drawCode() {
    const { of, rows, words } = this.data;
    if (of !== this.link) return; // an older link's
    this.large.hidden = !rows.length;
    if (rows.length) this.figure.replaceChildren(drawCode(rows, words.code));
    else this.figure.replaceChildren(element("p", { text: words.too_long }));
  }

  async copyLink() {
    const { words } = this.data;
    this.refresh();
    this.field.focus();
    this.field.select();
    try {
      await navigator.clipboard.writeText(this.link); // https and localhost only
      this.say(words.copied);
    } catch {
      this.say(document.execCommand("copy") ? words.copied : words.by_hand);
    }
  }

  /** For a while; not until the link changes, which it does at every step of a playing stage. */
  say(text) {
    this.said.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { this.said.textContent = ""; }, SAID_FOR);
  }

  /** The code over the whole window, for the back row. */
  showLarge() {
    const { rows, words } = this.data;
    const close = element("button", { type: "button", class: "btn", text: words.close });
    const dialog = element("dialog", { class: "large", "aria-label": words.code }, [
      drawCode(rows, words.code), element("p", { text: this.link }), close,
    ]);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    this.node.append(dialog);
    dialog.showModal();
  }

  close() {
    this.node.remove();
  }
}

export default function mountShare({ parentElement, data, setStateValue }) {
  return mountView(parentElement, "shareView", ShareView, (view) => view.adopt(data, (link) => setStateValue("link", link)));
}
