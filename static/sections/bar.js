// The page's sections in a bar that stays in sight: where the reader is, and the ways elsewhere.

import { clicked } from "../shared/clicker.js";
import { element } from "../shared/dom.js";
import { mountView } from "../shared/mount.js";
import { tab } from "../shared/tab.js";

const HOLD = 4000; // ms in which what is drawn above a section that was gone to does not move it
const HANDS = ["wheel", "touchmove", "pointerdown", "keydown"];

let first = true; // page since the app was loaded

const scroller = () => /** @type {Element} */ (document.querySelector("[data-testid='stMain']"));

class Bar {
  constructor(root) {
    this.root = root;
    this.at = -1;
    this.turn = this.turn.bind(this);
    this.look = this.look.bind(this);
    this.nav = element("nav");
    this.menu = element("select");
    this.back = element("button", { type: "button", class: "way", text: "‹" });
    this.next = element("button", { type: "button", class: "way", text: "›" });
    this.back.addEventListener("click", () => this.go(this.at - 1));
    this.next.addEventListener("click", () => this.go(this.at + 1));
    this.menu.addEventListener("change", () => this.go(Number(this.menu.value)));
    this.nav.addEventListener("keydown", (event) => this.along(event));
    root.append(element("div", { class: "bar" }, [this.back, this.nav, this.menu, this.next]));
    this.free = () => { this.held = null; };
    for (const hand of HANDS) document.addEventListener(hand, this.free, { capture: true, passive: true });
    this.grown = new ResizeObserver(() => {
      if (this.holds()) this.held?.scrollIntoView();
      this.look();
    });
    this.grown.observe(/** @type {Element} */ (scroller().querySelector("[data-testid='stMainBlockContainer']")));
    document.addEventListener("keydown", this.turn);
    document.addEventListener("scroll", this.look, { capture: true, passive: true });
  }

  adopt(data) {
    const { words, sections } = this.data = data;
    this.nav.ariaLabel = this.menu.ariaLabel = words.sections;
    this.back.ariaLabel = this.back.title = words.back;
    this.next.ariaLabel = this.next.title = words.next;
    this.links = sections.map(({ title, anchor }, place) => {
      const link = element("a", { href: `#${anchor}`, text: title });
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.go(place);
        this.enter(place);
      });
      return link;
    });
    this.nav.replaceChildren(...this.links);
    // What the menu shows above the first section: one cannot choose what it shows already.
    const above = element("option", { value: -1, text: words.sections });
    above.hidden = true;
    this.menu.replaceChildren(above, ...sections.map(({ title }, place) => element("option", { value: place, text: title })));
    this.at = -2;
    if (data.page !== this.page) this.open(data.page);
    this.look();
  }

  /** Begin where the address says, or where the reader left the page; a tour finds its own way. */
  open(page) {
    this.page = page;
    const left = tab.getItem(this.kept = `seqscope.section:${page}`);
    let anchor = location.hash.slice(1) || left;
    if (first) {
      const [loaded] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      const came = new URL(loaded.name);
      // Where Streamlit corrects a parameter, it drops the section.
      const asked = location.hash || (came.pathname === location.pathname ? came.hash : "");
      anchor = (loaded.type === "reload" && left) || asked.slice(1);
    }
    first = false;
    this.hold(new URLSearchParams(location.search).has("tour") ? null : document.getElementById(anchor ?? ""));
  }

  /** Show a title at the top, and keep it there while what is above it is drawn. */
  hold(title) {
    this.held = title;
    this.seen = null;
    this.until = performance.now() + HOLD;
    title?.scrollIntoView();
  }

  holds() {
    return this.held?.isConnected && performance.now() < (this.until ?? 0);
  }

  titles() {
    return this.data.sections.map(({ anchor }) => document.getElementById(anchor));
  }

  /** The section that is read: the one gone to, and at the end of the page the last one. */
  read() {
    const titles = this.titles();
    if (this.held?.isConnected) return titles.indexOf(this.held);
    const { scrollTop, clientHeight, scrollHeight } = scroller();
    if (scrollTop > 0 && scrollTop + clientHeight > scrollHeight - 2) return titles.length - 1;
    const { bottom } = this.root.host.getBoundingClientRect();
    const line = bottom + (window.innerHeight - bottom) / 3;
    return titles.findLastIndex((title) => title && title.getBoundingClientRect().top <= line);
  }

  /** Where the first part in the window stands on the page; the place of one to come says nothing. */
  first() {
    const { bottom } = this.root.host.getBoundingClientRect();
    const parts = scroller().querySelectorAll("[class*='st-key-section_'] [data-testid='stElementContainer']");
    const part = [...parts].find((node) =>
      node.getBoundingClientRect().bottom > bottom && !node.querySelector("[data-testid='stSkeleton']"));
    return scroller().scrollTop > 0 && part ? { part, at: this.whereIs(part) } : null;
  }

  /** Pixels from the page's upper edge. */
  whereIs(/** @type {Element} */ part) {
    return part.getBoundingClientRect().top + scroller().scrollTop;
  }

  /** What is read stays in its place while what is above it is drawn: Safari leaves that to us. */
  keep() {
    if (getComputedStyle(scroller()).overflowAnchor === "auto") return;
    const moved = this.seen?.part.isConnected && !this.holds() ? this.whereIs(this.seen.part) - this.seen.at : 0;
    if (Math.abs(moved) > 1) scroller().scrollTop += moved; // where nothing is to be done, a flick goes on
    this.seen = this.first();
  }

  /** Mark where the reader is. */
  look() {
    this.keep();
    const at = this.read();
    if (at === this.at) return;
    this.at = at;
    if (this.kept) tab.setItem(this.kept, at > 0 ? this.data.sections[at].anchor : "");
    this.links.forEach((link, place) => {
      if (place === at) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      link.tabIndex = place === Math.max(at, 0) ? 0 : -1;
    });
    this.menu.value = String(at);
    this.back.disabled = at < 0;
    this.next.disabled = at === this.links.length - 1;
    const link = this.links[at];
    if (link) this.nav.scrollTo({ left: link.offsetLeft - this.nav.clientWidth / 3 });
  }

  /** Go to a section; before the first is the beginning of the page. The address says where. */
  go(place) {
    const title = this.titles()[place];
    this.hold(title ?? null);
    if (!title) scroller().scrollTo({ top: 0 });
    this.look(); // near the end of a page nothing scrolls
    history.replaceState(history.state, "", title ? `#${title.id}` : location.pathname + location.search);
  }

  /** Whoever chose a section goes on in it: the next Tab leads to what stands there. */
  enter(place) {
    const title = this.titles()[place];
    if (!title) return;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }

  /** The bar is one stop for Tab; arrows lead along it. */
  along(/** @type {KeyboardEvent} */ event) {
    const here = this.links.findIndex((link) => link.matches(":focus"));
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: this.links.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.links[to]?.focus();
  }

  /** A clicker sends PageDown and PageUp. They are the lesson's or the tour's while there is one. */
  turn(event) {
    const way = clicked(event);
    const asked = new URLSearchParams(location.search);
    if (!way || !this.data?.presenter || asked.has("tour") || asked.has("plan")) return;
    event.preventDefault();
    const to = this.at + way;
    if (to < this.links.length) this.go(to);
  }

  close() {
    this.grown.disconnect();
    for (const hand of HANDS) document.removeEventListener(hand, this.free, { capture: true });
    document.removeEventListener("keydown", this.turn);
    document.removeEventListener("scroll", this.look, { capture: true });
  }
}

export default function mountBar({ parentElement, data }) {
  return mountView(parentElement, "barView", Bar, (view) => view.adopt(data));
}
