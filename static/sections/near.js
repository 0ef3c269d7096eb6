// Stands where a section is not drawn yet, and says so when the reader comes near.

const SCREENS = "75%"; // of the window's height, above and below it

export default function near({ parentElement, setTriggerValue }) {
  const place = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
  // A margin counts at the edges of the root only, and the page scrolls inside of it.
  const root = document.querySelector("[data-testid='stMain']");
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    setTriggerValue("near", true);
  }, { root, rootMargin: `${SCREENS} 0px` });
  watch.observe(place);
  return () => watch.disconnect();
}
