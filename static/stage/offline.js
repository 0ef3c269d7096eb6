// The stage as one file that plays offline: offline.html with everything it needs put in.

import { fetchElsewhere } from "./elsewhere.js";

/** @import { Payload } from "./contract.js" */

const HERE = import.meta.url;

/** Not of a page that is such a file itself. */
export const canBeSaved = HERE.startsWith("http");

/** Fill offline.html in. No "<" can end the element it stands in; JSON reads the escape back. */
export function fillPage(/** @type {string} */ template, /** @type {object} */ page) {
  return template.replace("{{page}}", () => JSON.stringify(page).replaceAll("<", "\\u003c"));
}

async function text(/** @type {string|URL} */ url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.text();
}

/** The stage's modules as they were served: {path: source}. */
async function sources() {
  const root = new URL("../", HERE).href;
  /** @type {Record<string, string>} */
  const found = {};
  const visit = async (/** @type {string} */ url) => {
    const path = url.slice(root.length);
    if (Object.hasOwn(found, path)) return;
    found[path] = "";
    found[path] = await text(url);
    const imports = found[path].matchAll(/(?:\bfrom |^import )"(\.[^"]+)";$/gm);
    await Promise.all(Array.from(imports, ([, to]) => visit(new URL(to, url).href)));
  };
  await visit(new URL("./main.js", HERE).href);
  return found;
}

/**
 * The page as HTML.
 * @param {{accent: string, css: string, data: Payload}} parts
 */
export async function offlinePage({ data, ...parts }) {
  const [template, modules, elsewhere] = await Promise.all([
    text(new URL("./offline.html", HERE)), sources(), data.elsewhere && fetchElsewhere(data.elsewhere),
  ]);
  return fillPage(template, { ...parts, data: { ...data, elsewhere }, modules });
}
