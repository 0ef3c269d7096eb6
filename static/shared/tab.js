// What a tab keeps over a reload: the browser's own store. In a frame of a course's page, or with
// cookies off, a browser may refuse it; then until the page is left.

/** @returns {Pick<Storage, "getItem"|"setItem"|"removeItem">} */
function store() {
  try {
    return sessionStorage;
  } catch {
    const held = new Map();
    return {
      getItem: (name) => held.get(name) ?? null,
      setItem: (name, value) => void held.set(name, value),
      removeItem: (name) => void held.delete(name),
    };
  }
}

export const tab = store();
