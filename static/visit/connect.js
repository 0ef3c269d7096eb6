// Stands in the page's head, before Streamlit's own script: shows the server the visit that this
// tab had (see visit.js) as it connects, so that the first run draws it already. It is one more of
// the subprotocols that a connection offers, after Streamlit's own, which stands in no address.
{
  const visit = () => {
    try {
      const { token, boot, holds } = JSON.parse(/** @type {string} */ (sessionStorage.getItem("seqscope.visit")));
      const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      const shown = btoa(JSON.stringify({ token, boot, holds, reload: entry?.type === "reload" }));
      return [`visit.${shown.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`];
    } catch {
      return []; // nothing was kept, or storage is off
    }
  };
  globalThis.WebSocket = class extends WebSocket {
    /** @param {string|URL} address @param {string|string[]} [protocols] */
    constructor(address, protocols = []) {
      const stream = String(address).endsWith("/_stcore/stream");
      super(address, stream ? [protocols, visit()].flat() : protocols);
    }
  };
}
