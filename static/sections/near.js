// Stands where a section is not drawn yet, and says so when the reader comes near.

const SCREENS = "75%"; // of the window's height, above and below it
const APART = 150; // ms; of parts of a page that speak at once, Streamlit hears one
const AGAIN = 3000; // ms after which one that was not heard says it again

let turn = Promise.resolve();

export default function near({ parentElement, setTriggerValue }) {
  const place = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
  let here = false;
  let timer = 0;
  const say = () => {
    turn = turn.then(() => {
      if (!here || !place.isConnected) return undefined;
      setTriggerValue("near", true);
      timer = setTimeout(say, AGAIN);
      return new Promise((done) => { setTimeout(done, APART); });
    });
  };
  // A margin counts at the edges of the root only, and the page scrolls inside of it.
  const root = document.querySelector("[data-testid='stMain']");
  const watch = new IntersectionObserver((seen) => {
    here = seen[seen.length - 1].isIntersecting;
    clearTimeout(timer);
    if (here) say();
  }, { root, rootMargin: `${SCREENS} 0px` });
  watch.observe(place);
  return () => {
    here = false;
    clearTimeout(timer);
    watch.disconnect();
  };
}
