// How a component stays on its element.

/**
 * The view kept as `name` on the element, made by `View` if there is none; `adopt` gives it what
 * is new. Returns what closes it; shared/load.js calls that once, at the end.
 */
export function mountView(parentElement, name, View, adopt) {
  if (parentElement[name]?.constructor !== View) {
    parentElement[name]?.close(); // of another release, in a tab that has outlived it
    parentElement[name] = new View(parentElement);
  }
  const view = parentElement[name];
  adopt(view);
  return () => {
    view.close();
    delete parentElement[name];
  };
}
