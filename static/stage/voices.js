// The parts of the band as a reader calls them.

import { t } from "./words.js";

export function voiceNames() {
  return { solo: t("Solo"), chords: t("Chords"), bass: t("Bass"), drums: t("Drums") };
}
