// Entry: Streamlit calls this for every change of data or theme, on the same element.

import { StageView } from "./stage.js";
import { mountView } from "../shared/mount.js";
import { speak, t } from "./words.js";

export default function mountStage({ parentElement, data, setTriggerValue }) {
  speak(data.words);
  return mountView(parentElement, "stageView", StageView, (view) => {
    view.tell = data.follows ? (step) => setTriggerValue("step", step) : null;
    try {
      view.adopt(data);
    } catch (error) {
      view.showMessage(t("The stage could not draw this: {reason}", { reason: error.message }));
    }
  });
}
