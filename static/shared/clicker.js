// What a clicker in the hand of whoever presents says: it sends PageDown and PageUp.

const FIELDS = ["INPUT", "TEXTAREA", "SELECT"];
const WAYS = { PageDown: 1, PageUp: -1 };

/** 1 to go on, −1 to go back; 0 for any other key, and for one that is written or already taken. */
export function clicked(/** @type {KeyboardEvent} */ event) {
  const place = /** @type {HTMLElement} */ (event.composedPath()[0]);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return 0;
  if (FIELDS.includes(place.tagName) || place.isContentEditable) return 0;
  return Object.hasOwn(WAYS, event.key) ? WAYS[event.key] : 0;
}
