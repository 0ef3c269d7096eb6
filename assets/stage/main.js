// Entry: Streamlit calls this for every change of data or theme, on the same element.

import { StageView } from "./stage.js";
import { speak, t } from "./words.js";

/** @param {{parentElement: ShadowRoot|HTMLElement, data: object}} component */
export default function mountStage({ parentElement, data }) {
  speak(data.words);
  if (!parentElement.stageView) parentElement.stageView = new StageView(parentElement);
  const view = parentElement.stageView;
  try {
    view.adopt(data);
  } catch (error) {
    view.showMessage(t("The stage could not draw this: {reason}", { reason: error.message }));
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
