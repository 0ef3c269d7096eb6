// The keys of a piano, and where in a tune a key that was held belongs. Pure.

/** Two rows of a computer's keyboard, by their places on it, from C on. */
export const CODES = [
  "KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ",
  "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon",
];
const BLACK = [1, 3, 6, 8, 10];
const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const THINKING = 4; // beats after which a pause is no rest: who waits longer begins anew where the tune ends

export const isBlack = (pitch) => BLACK.includes(pitch % 12);
export const pitchName = (pitch) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** The letter on a computer's keyboard, or "". */
export function letterOf(semitone) {
  const code = CODES[semitone] ?? "";
  return code === "Semicolon" ? ";" : code.slice(3);
}

/** The tune so far, in beats: [pitch, start, end] of each note, and where the tune ends. */
export class Tune {
  /** @type {[number, number, number][]} */ notes = [];
  end = 0;
  /** @type {number|null} beats from the player's clock to the tune's, while somebody plays on */ offset = null;

  adopt(/** @type {[number, number, number][]} */ notes, /** @type {number} */ end) {
    this.notes = notes;
    this.end = end;
  }

  /** A key held from `from` to `to`, beats of the player's clock; `length` beats, or 0: as held. */
  add(pitch, from, to, length) {
    let [start, end] = [this.end, this.end + length];
    if (!length) {
      if (this.offset === null || from + this.offset - this.end > THINKING) this.offset = this.end - from;
      start = Math.max(0, from + this.offset);
      end = Math.max(start + 1 / 48, to + this.offset);
    }
    this.notes.push([pitch, start, end]);
    this.notes.sort((one, other) => one[1] - other[1]);
    this.end = Math.max(this.end, end);
  }

  rest(beats) {
    this.end += beats;
    this.offset = null;
  }

  /** Take back the rest at the end, or else the last note. */
  undo() {
    const last = () => this.notes.reduce((most, [, , end]) => Math.max(most, end), 0);
    if (this.end <= last() + 1e-6) this.notes.pop();
    this.end = last();
    this.offset = null;
  }

  clear() {
    this.adopt([], 0);
    this.offset = null;
  }
}
