// Where the playhead is, for any source of "now" (audio clock or page clock). Pure.

/**
 * Playing is a list of anchors {when, song}: at source time `when` the song is at second
 * `song` and runs on at `speed`. Sound is scheduled from the same anchors that place the
 * playhead, so the two cannot drift apart.
 */
export class Timeline {
  /** @param {import("./clock.js").Clock} clock  @param {() => number} now seconds of the source */
  constructor(clock, now) {
    this.clock = clock;
    this.now = now;
    this.speed = 1;
    this.loop = null; // [from, to] in seconds
    this.playing = false;
    this.song = clock.start;
    this.anchors = [];
    this.frontier = null; // {when, song}: up to here the future is laid out
    this.bounds = null; // [from, to] in seconds: playing begins again there, and ends there
  }

  /** The second of the song the playhead is at. */
  position() {
    if (!this.playing) return this.song;
    const now = this.now();
    let anchor = this.anchors[0];
    for (const later of this.anchors) if (later.when <= now) anchor = later;
    const run = Math.max(0, now - anchor.when) * this.speed;
    return Math.min(anchor.limit, anchor.song + run);
  }

  /** Whether the end has been reached while playing. */
  get over() {
    return this.playing && !this.loop && this.position() >= this.end;
  }

  /** Where playing ends: with the clock, or before what is not to be heard yet. */
  get end() {
    return this.bounds ? Math.min(this.bounds[1], this.clock.end) : this.clock.end;
  }

  play(lead = 0) {
    if (this.song >= this.end - 1e-9) this.song = this.loop ? this.loop[0] : this.bounds ? this.bounds[0] : this.clock.start;
    this.playing = true;
    this.anchor(lead);
  }

  pause() {
    this.song = this.position();
    this.playing = false;
  }

  seek(seconds, lead = 0) {
    this.song = Math.min(this.clock.clampSeconds(seconds), this.end);
    if (this.playing) this.anchor(lead);
  }

  setSpeed(speed, lead = 0) {
    this.song = this.position();
    this.speed = speed;
    if (this.playing) this.anchor(lead);
  }

  setLoop(loop, lead = 0) {
    this.song = this.position();
    this.loop = loop;
    if (this.playing) this.anchor(lead);
  }

  /** Change the source of "now" without moving. */
  setSource(now, lead = 0) {
    this.song = this.position();
    this.now = now;
    if (this.playing) this.anchor(lead);
  }

  /** Where the stretch that holds this second ends: the loop's end, or the clock's. */
  limitFrom(song) {
    return this.loop && song < this.loop[1] ? this.loop[1] : this.end;
  }

  anchor(lead) {
    if (this.loop && this.song >= this.loop[1] - 1e-9) this.song = this.loop[0];
    const first = { when: this.now() + lead, song: this.song, limit: this.limitFrom(this.song) };
    this.anchors = [first];
    this.frontier = { when: first.when, song: first.song };
  }

  /**
   * Lay out the future up to source time `until`: stretches {when, from, to, limit} not given
   * before, each played at `speed` from `when`. Loops come out as several stretches.
   */
  advance(until) {
    const stretches = [];
    while (this.playing && this.frontier.when < until) {
      const { when, song } = this.frontier;
      const limit = this.limitFrom(song);
      const to = Math.min(limit, song + (until - when) * this.speed);
      if (to > song) stretches.push({ when, from: song, to, limit });
      if (to < limit) {
        // Exactly `until`: adding up the stretch's length could fall short of it for ever.
        this.frontier = { when: until, song: to };
      } else if (!this.loop) {
        this.frontier = { when: Infinity, song: limit };
      } else {
        this.frontier = { when: when + (to - song) / this.speed, song: this.loop[0] };
        this.anchors.push({ ...this.frontier, limit: this.loop[1] });
      }
    }
    const now = this.now();
    while (this.anchors.length > 1 && this.anchors[1].when <= now) this.anchors.shift();
    return stretches;
  }
}
