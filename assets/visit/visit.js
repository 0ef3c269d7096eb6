// Keeps the visit's token where only this tab finds it again after a reload.
//
// data: token    of the visit that the server has for this page
//       answered a token of ours that the server has dealt with, found or not
//       go       where to go with the token; empty to stay
//       boot     which start of the server this is
//       holds    what the visit holds, in numbers, to say later what was lost
//       since    when the server began to say so
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

const asked = new Set();
let latest = 0;

export default function ({ data, setTriggerValue }) {
  // What was said before comes back now and then, when the page is put together again.
  if (data.since < latest) return;
  latest = data.since;
  if (data.go) {
    keep(sessionStorage, data);
    location.assign(data.go);
    return;
  }
  const wanted = claim(kept(sessionStorage), data);
  if (!wanted) {
    keep(sessionStorage, data);
  } else if (!asked.has(wanted.token + data.token)) {
    asked.add(wanted.token + data.token);
    const [entry] = performance.getEntriesByType("navigation");
    // A tab that was duplicated shows the same token, but was not reloaded.
    setTriggerValue("claim", { ...wanted, reload: entry?.type === "reload" });
  }
}
