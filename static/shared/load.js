// Where every component of a page begins: its module and its style sheets are fetched once, and
// calls are kept in their order.

const sheets = new Map(); // address to the promise of a style sheet
const fetched = new Set(); // paths of modules that the page has been told of
const latest = new WeakMap(); // element to Streamlit's last call for it

function sheet(path) {
  const { href } = new URL(`../${path}`, import.meta.url);
  if (!sheets.has(href)) {
    const found = fetch(href).then(async (answer) => {
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
      return new CSSStyleSheet().replace(await answer.text());
    });
    found.catch(() => sheets.delete(href)); // the next call may have more luck
    sheets.set(href, found);
  }
  return sheets.get(href);
}

/** Have modules fetched side by side, before those that import them are there. */
function preload(paths) {
  for (const path of paths.split(" ")) {
    if (!path || fetched.has(path)) continue;
    fetched.add(path);
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = new URL(`../${path}`, import.meta.url).href;
    document.head.append(link);
  }
}

/**
 * What a line that broke off did not bring is asked for again, for two minutes: Streamlit calls us
 * once, and would show an error for as long as the page stands.
 */
async function patiently(get, wait = 1000) {
  try {
    return await get();
  } catch (error) {
    if (wait > 60_000) throw error;
    await new Promise((done) => { setTimeout(done, wait); });
    return patiently(get, 2 * wait);
  }
}

/** Large data come as gzipped JSON. */
function unpacked(data) {
  if (!(data instanceof Uint8Array)) return data;
  return new Response(new Blob([/** @type {any} */ (data)]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/**
 * Streamlit calls this at every change of data or theme, on the same element. It also closes a
 * call that a newer one has overtaken; only the last may close.
 * @param {{parentElement: ShadowRoot|HTMLElement, data: object|Uint8Array}} component
 * @param {string} entry    module whose default export mounts the component
 * @param {string[]} styles
 * @param {string} modules  what the entry imports, with spaces between
 */
export default async function load(component, entry, styles, modules) {
  const { parentElement } = component;
  preload(modules);
  latest.set(parentElement, component);
  const [module, data, ...found] = await Promise.all([
    patiently(() => import(`../${entry}`)),
    unpacked(component.data),
    ...styles.map((path) => patiently(() => sheet(path))),
  ]);
  const last = () => latest.get(parentElement) === component;
  if (!last()) return undefined;
  // The same sheets again cost nothing; those of another release go.
  if (parentElement instanceof ShadowRoot) parentElement.adoptedStyleSheets = found;
  const close = module.default({ ...component, data });
  return () => { if (last()) close?.(); };
}
