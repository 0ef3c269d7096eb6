// How a component stays on its element: Streamlit calls for every change of data or theme.

/** The view kept as `name` on the element, made by `View` if there is none; `adopt` gives it what is new. */
export function mountView(parentElement, name, View, adopt) {
  parentElement[name] ??= new View(parentElement);
  const view = parentElement[name];
  adopt(view);
  // Streamlit also cleans up a call that a newer one has overtaken; only the last may close.
  const turn = Symbol("turn");
  view.turn = turn;
  return () => {
    if (view.turn !== turn) return;
    view.close();
    delete parentElement[name];
  };
}
