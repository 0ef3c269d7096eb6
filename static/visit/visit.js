// Keeps the visit's token where only this tab finds it again after a reload.
//
// data: token    of the visit that the server has for this page
//       answered a token of ours that the server has dealt with, found or not
//       go       where to go with the token; empty to stay
//       boot     which start of the server this is
//       holds    what the visit holds, in numbers, to say later what was lost
//       since    when the server began to say so
//       ask      whether to ask for the visit this tab had before
const KEY = "seqscope.visit";

export function kept(storage) {
  try {
    const found = JSON.parse(storage.getItem(KEY));
    return found && typeof found.token === "string" ? found : null;
  } catch {
    return null; // storage is off, or holds something else: a visit without a memory
  }
}

export function keep(storage, { token, boot, holds }) {
  try {
    storage.setItem(KEY, JSON.stringify({ token, boot, holds }));
  } catch {
    // The visit lives as long as this page.
  }
}

// What to ask the server for: the visit this tab had before, unless that is settled.
export function claim(before, data) {
  if (!before || before.token === data.token || before.token === data.answered) return null;
  return { token: before.token, boot: before.boot, holds: before.holds };
}

// One for the page, however many copies of this module the page is given.
const page = (globalThis.seqscopeVisit ??= { latest: 0, asked: new Set() });

export default function ({ data, setTriggerValue }) {
  // What was said before comes back now and then, when the page is put together again.
  if (data.since < page.latest) return;
  page.latest = data.since;
  if (data.go) {
    page.latest = Infinity; // what this page hears on its way out is not kept
    keep(sessionStorage, data);
    location.assign(data.go);
    return;
  }
  const wanted = claim(kept(sessionStorage), data);
  if (!wanted) {
    keep(sessionStorage, data);
  } else if (data.ask && !page.asked.has(wanted.token + data.token)) {
    page.asked.add(wanted.token + data.token);
    const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    // A tab that was duplicated shows the same token, but was not reloaded.
    setTriggerValue("claim", { ...wanted, reload: entry?.type === "reload" });
  }
}
