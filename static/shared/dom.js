// Elements without markup: text from users only ever becomes textContent.

/**
 * An element with its text, attributes (false, null: left out) and children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} attributes
 * @param {Iterable<Node|string>} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, { text, ...attributes } = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

/** An element with a class, a text and children. @returns {any} */
export function make(/** @type {any} */ tag, className = "", /** @type {string|number|undefined} */ text = undefined, /** @type {Iterable<Node|string>} */ children = []) {
  return element(tag, { class: className || false, text }, children);
}
