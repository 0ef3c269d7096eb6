// Keeps the visit's token where only this tab finds it again after a reload.
//
// data: token    of the visit that the server has for this page
//       answered a token of ours that the server has dealt with, found or not
//       go       where to go with the token; empty to stay
//       boot     which start of the server this is
//       holds    what the visit holds, in numbers, to say later what was lost
//       since    when the server began to say so
//       ask      whether to ask for the visit this tab had before
import { tab } from "../shared/tab.js";

const KEY = "seqscope.visit";

function kept() {
  try {
    const found = JSON.parse(tab.getItem(KEY) ?? "null");
    return found && typeof found.token === "string" ? found : null;
  } catch {
    return null; // it holds something else: a visit without a memory
  }
}

function keep({ token, boot, holds }) {
  try {
    tab.setItem(KEY, JSON.stringify({ token, boot, holds }));
  } catch {
    // The store is full; the visit lives as long as this page.
  }
}

// What to ask the server for: the visit this tab had before, unless that is settled.
function claim(before, data) {
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
    keep(data);
    location.assign(data.go);
    return;
  }
  const wanted = claim(kept(), data);
  if (!wanted) {
    keep(data);
  } else if (data.ask && !page.asked.has(wanted.token + data.token)) {
    page.asked.add(wanted.token + data.token);
    const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    // A tab that was duplicated shows the same token, but was not reloaded.
    setTriggerValue("claim", { ...wanted, reload: entry?.type === "reload" });
  }
}
