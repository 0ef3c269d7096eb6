// Texts in the reader's language: English stands in the code and is the key.

let spoken = {};

/** From now on say it so: {English: translation}; nothing for English. */
export function speak(words) {
  spoken = words || {};
}

/** A text with its {values} put in; English where there is no translation. */
export function t(message, values = {}) {
  const text = Object.hasOwn(spoken, message) && spoken[message] ? spoken[message] : message;
  return text.replace(/\{(\w+)\}/g, (place, name) => (Object.hasOwn(values, name) ? String(values[name]) : place));
}
