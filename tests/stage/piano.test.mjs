import assert from "node:assert/strict";
import test from "node:test";

import { CODES, Tune, isBlack, letterOf, pitchName } from "../../static/piano/keys.js";

test("the letters lie as the keys of a piano do", () => {
  assert.equal(CODES.map((_, place) => letterOf(place)).join(""), "AWSEDFTGYHUJKOLP;");
  const black = CODES.filter((_, place) => isBlack(60 + place)).map((code) => code.slice(3));
  assert.deepEqual(black, ["W", "E", "T", "Y", "U", "O", "P"]);
  assert.equal(pitchName(63), "E♭4");
  assert.equal(letterOf(20), "");
});

test("as held, a note stands where it was played; who thinks longer goes on where the tune ends", () => {
  const tune = new Tune();
  tune.add(60, 100, 101, 0);
  tune.add(62, 102.5, 103, 0);
  assert.deepEqual(tune.notes, [[60, 0, 1], [62, 2.5, 3]]);
  tune.adopt([[60, 0, 1], [62, 2, 3.25]], 3.25); // what it became on the grid moves nothing that follows
  tune.add(64, 103.5, 104, 0);
  assert.deepEqual(tune.notes[2], [64, 3.5, 4]);
  tune.add(65, 130, 131, 0);
  assert.deepEqual(tune.notes[3], [65, 4, 5]);
  assert.equal(tune.end, 5);
});

test("of a chosen length, notes follow each other whenever they come", () => {
  const tune = new Tune();
  for (const from of [3, 50, 51]) tune.add(60, from, from + 0.1, 0.5);
  tune.rest(0.5);
  tune.add(60, 90, 91, 0.5);
  assert.deepEqual(tune.notes.map(([, start]) => start), [0, 0.5, 1, 2]);
});

test("undo takes back a rest at the end, then note after note", () => {
  const tune = new Tune();
  tune.add(60, 0, 1, 1);
  tune.add(62, 0, 1, 1);
  tune.rest(2);
  const ends = [0, 1, 2, 3].map(() => {
    tune.undo();
    return [tune.notes.length, tune.end];
  });
  assert.deepEqual(ends, [[2, 2], [1, 1], [0, 0], [0, 0]]);
});
