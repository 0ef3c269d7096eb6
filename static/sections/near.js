// Stands where a section is not drawn yet, and says so when the reader comes near.

import { mountView } from "../shared/mount.js";

const SCREENS = "75%"; // of the window's height, above and below it
const APART = 150; // ms; of parts of a page that speak at once, Streamlit hears one
const AGAIN = 3000; // ms after which one that was not heard says it again

let turn = Promise.resolve();

class Near {
  /** @type {() => void} what Streamlit gave last to tell it by */ tell;
  here = false;
  timer = 0;

  constructor(root) {
    this.place = root.host ?? root;
    // A margin counts at the edges of the root only, and the page scrolls inside of it.
    const scroller = document.querySelector("[data-testid='stMain']");
    this.watch = new IntersectionObserver((seen) => {
      this.here = seen[seen.length - 1].isIntersecting;
      clearTimeout(this.timer);
      if (this.here) this.say();
    }, { root: scroller, rootMargin: `${SCREENS} 0px` });
    this.watch.observe(this.place);
  }

  say() {
    turn = turn.then(() => {
      if (!this.here || !this.place.isConnected) return undefined;
      this.tell();
      this.timer = setTimeout(() => this.say(), AGAIN);
      return new Promise((done) => { setTimeout(done, APART); });
    });
  }

  close() {
    this.here = false;
    clearTimeout(this.timer);
    this.watch.disconnect();
  }
}

export default function mountNear({ parentElement, setTriggerValue }) {
  return mountView(parentElement, "nearView", Near, (view) => { view.tell = () => setTriggerValue("near", true); });
}
