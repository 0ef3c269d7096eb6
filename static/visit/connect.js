// Stands in the page's head, before Streamlit's own script: shows the server the visit that this
// tab had (see visit.js), and the section that it goes to (see bar.js), as it connects, so that the
// first run draws both already. It is one more of the subprotocols that a connection offers, after
// Streamlit's own, which stands in no address.
{
  const AGAIN = "seqscope.again"; // when the page was loaded again of itself
  const SELDOM = 15_000; // ms
  const kept = (/** @type {string} */ name) => {
    try {
      return sessionStorage.getItem(name);
    } catch {
      return null; // storage is off
    }
  };
  const visit = () => {
    try {
      const { token, boot, holds } = JSON.parse(kept("seqscope.visit") ?? "{}");
      const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      const reload = entry?.type === "reload";
      const section = (reload && kept(`seqscope.section:${location.pathname.split("/").pop()}`)) || location.hash.slice(1);
      const shown = btoa(JSON.stringify({ token, boot, holds, reload, section }));
      return [`visit.${shown.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`];
    } catch {
      return []; // what was kept is not ours, or the section is not written as ours are
    }
  };
  // Loads the page again as soon as the server answers. What does not help at once is left alone.
  const again = async () => {
    const now = Date.now();
    if (now - Number(kept(AGAIN)) < SELDOM) return;
    try {
      sessionStorage.setItem(AGAIN, String(now));
    } catch {
      return; // without a memory there is no visit to go on with
    }
    const answers = () => fetch(location.href, { method: "HEAD" }).then(({ ok }) => ok, () => false);
    while (!(await answers())) await new Promise((done) => { setTimeout(done, 2000); });
    location.reload();
  };
  // A script of Streamlit's that a broken line did not bring: it never asks for it again.
  addEventListener("vite:preloadError", again);
  globalThis.WebSocket = class extends WebSocket {
    /** @param {string|URL} address @param {string|string[]} [protocols] */
    constructor(address, protocols = []) {
      const stream = String(address).endsWith("/_stcore/stream");
      super(address, stream ? [protocols, visit()].flat() : protocols);
      this.stream = stream;
    }

    /**
     * Streamlit closes a stream that works only when it gives up for good: on a slow line it may be
     * told of a message that it holds no more. The page would stand still; loaded again, the visit
     * goes on.
     * @param {[number?, string?]} how
     */
    close(...how) {
      const lost = this.stream && this.readyState === WebSocket.OPEN;
      super.close(...how);
      if (lost) again();
    }
  };
}
