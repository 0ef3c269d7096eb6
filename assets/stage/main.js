// Entry: Streamlit calls this for every change of data or theme, on the same element.

import { StageView } from "./stage.js";

/** @param {{parentElement: ShadowRoot|HTMLElement, data: object}} component */
export default function mountStage({ parentElement, data }) {
  if (!parentElement.stageView) parentElement.stageView = new StageView(parentElement);
  const view = parentElement.stageView;
  try {
    view.adopt(data);
  } catch (error) {
    view.showMessage(`The stage could not draw this: ${error.message}`);
  }
  // Streamlit also cleans up a call that a newer one has overtaken; only the last may close.
  const turn = Symbol("turn");
  view.turn = turn;
  return () => {
    if (view.turn !== turn) return;
    view.close();
    delete parentElement.stageView;
  };
}
