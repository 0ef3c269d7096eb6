// The clock: where each step begins and ends, in seconds. Pure.

/** Steps 0..Tx−1 on a line of seconds; step t lasts edges[t]..edges[t+1]. */
export class Clock {
  /** @param {import("./contract.js").Matrix["values"]} edges Tx + 1 seconds, strictly increasing */
  constructor(edges) {
    this.edges = edges;
    this.steps = edges.length - 1;
    this.start = edges[0];
    this.end = edges[this.steps];
    this.duration = this.end - this.start;
    const mean = this.duration / this.steps;
    /** Whether all steps last equally long, so that a picture of them needs no stretching. */
    this.uniform = edges.every((edge, step) => step === 0 || Math.abs(edge - edges[step - 1] - mean) <= 1e-6 * mean);
  }

  /** The step that is on at this second; the first before the start, the last after the end. */
  stepAt(seconds) {
    let low = 0;
    let high = this.steps - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.edges[middle] <= seconds) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A step number inside the clock. */
  clampStep(step) {
    return Math.min(this.steps - 1, Math.max(0, step));
  }

  /** A second inside the clock. */
  clampSeconds(seconds) {
    return Math.min(this.end, Math.max(this.start, seconds));
  }

  /** Seconds step t lasts. */
  length(step) {
    return this.edges[step + 1] - this.edges[step];
  }

  /** The length of a short step: the one below which a share `q` of the steps lie. */
  shortLength(q = 0.1) {
    const lengths = Array.from({ length: this.steps }, (_, step) => this.length(step));
    lengths.sort((one, other) => one - other);
    return lengths[Math.floor(q * (this.steps - 1))];
  }

  /** Whether the other clock has the same steps at the same seconds. */
  equals(other) {
    return this.steps === other.steps && this.edges.every((edge, step) => edge === other.edges[step]);
  }

  /** Where a position of an older clock lands on this one: same step, same share of it. */
  carry(older, seconds) {
    const step = older.stepAt(seconds);
    const share = (seconds - older.edges[step]) / older.length(step);
    const here = this.clampStep(step);
    return this.clampSeconds(this.edges[here] + share * this.length(here));
  }
}
