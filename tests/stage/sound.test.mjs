import assert from "node:assert/strict";
import test from "node:test";

import { Clock } from "../../static/stage/clock.js";
import { Synth } from "../../static/stage/synth.js";

// A desk that makes no sound, on an audio clock turned by hand.
const nothing = new Proxy(() => {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : nothing),
  set: () => true,
  apply: () => nothing,
});
const audio = { currentTime: 5, state: "running", sampleRate: 0, deaf: false };
globalThis.AudioContext = function AudioContext() {
  return new Proxy(audio, { get: (_, name) => audio[name] ?? (name === "outputLatency" || name === "baseLatency" ? 0 : nothing) });
};
audio.resume = async () => { if (!audio.deaf) audio.state = "running"; };
globalThis.navigator ??= {};
globalThis.window = new EventTarget();
globalThis.matchMedia = () => ({ matches: false });
const played = [];
Synth.prototype.play = (bus, note, when, seconds) => played.push({ at: note.start, voice: note.voice, when, seconds, bus });

const { Transport } = await import("../../static/stage/transport.js");

/** A stage of eight seconds, a step each, with these notes; its timers run when told. */
function stage(t, notes, hooks = {}) {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  Object.assign(audio, { currentTime: 5, state: "running", deaf: false });
  played.length = 0;
  const clock = new Clock(Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8));
  const data = { clock, notes, payload: { start: 0, key: "stage" } };
  const none = () => {};
  const transport = new Transport(data, { changed: none, moved: none, looped: none, rests: none, say: none, ...hooks });
  transport.sound.notes = notes;
  /** The audio clock runs on, and the page looks this often. */
  const pass = (seconds, every = 0.025) => {
    for (let left = seconds; left > 1e-9; left -= every) {
      audio.currentTime += Math.min(every, left);
      t.mock.timers.tick(25);
    }
  };
  /** What waits for the sound goes on: the audio clock moves. */
  const settle = async (ms = 1500) => {
    for (let at = 0; at < ms; at += 15) {
      await null;
      audio.currentTime += audio.state === "running" ? 0.015 : 0;
      t.mock.timers.tick(15);
      for (let i = 0; i < 8; i += 1) await null;
    }
  };
  t.after(() => transport.halt());
  return { transport, pass, settle };
}

const eighths = Array.from({ length: 32 }, (_, i) => ({ start: i / 4, end: i / 4 + 0.2, voice: i % 4 ? "solo" : "drums" }));

async function playing(t, notes, hooks) {
  const it = stage(t, notes, hooks);
  const play = it.transport.play();
  await it.settle(60);
  await play;
  return it;
}

test("a page that is busy for a second drops no note and is late with none", async (t) => {
  const { pass } = await playing(t, eighths);
  pass(2.5);
  audio.currentTime += 1.2;
  pass(2);
  const times = played.map(({ at, when }) => when - at);
  assert.ok(played.length > 20);
  assert.deepEqual(played.map(({ at }) => at), eighths.slice(0, played.length).map(({ start }) => start));
  for (const off of times) assert.ok(Math.abs(off - times[0]) < 1e-6);
});

test("what a busy page has missed is not played all at once", async (t) => {
  const long = { start: 1, end: 7.5, voice: "chords" };
  const late = { start: 3.5, end: 7, voice: "chords" };
  const notes = [...eighths, long, late].sort((one, other) => one.start - other.start);
  const { transport, pass } = await playing(t, notes);
  pass(1.5);
  const before = played.length;
  audio.currentTime += 4;
  pass(0.025);
  const place = transport.timeline.position();
  const after = played.slice(before);
  assert.ok(after.every(({ when }) => when >= audio.currentTime - 0.026));
  assert.ok(after.every(({ at }) => at >= place - 0.3 || at === late.start));
  // What began meanwhile and is held is joined, until its end; what sounded already is not begun twice.
  const [joined] = after.filter(({ at, voice }) => at === late.start && voice === "chords");
  assert.ok(Math.abs(joined.seconds - (late.end - place)) < 0.05);
  assert.equal(played.filter(({ at, voice }) => at === long.start && voice === "chords").length, 1);
});

test("a hand that drags lays out little that it takes back", async (t) => {
  const { transport, pass } = await playing(t, eighths);
  pass(3);
  played.length = 0;
  for (let i = 0; i < 20; i += 1) transport.seek(2 + i / 10);
  assert.ok(played.length <= 40);
});

test("bounds that come or go while it plays neither double a note nor hold it up", async (t) => {
  const { transport, pass } = await playing(t, eighths);
  pass(1);
  transport.bound([0, 6]);
  const { bus } = transport.sound;
  pass(4);
  const heard = played.filter((note) => note.bus === bus).map(({ at }) => at);
  assert.deepEqual(heard, [...new Set(heard)]);
  transport.bound(null);
  pass(2);
  assert.ok(transport.timeline.position() > 6.5);
});

test("what is paused, closed or played elsewhere while the sound wakes stays silent", async (t) => {
  const { transport, settle, pass } = stage(t, eighths);
  audio.state = "suspended";
  audio.deaf = true;
  for (const act of [() => transport.toggle(), () => transport.pause(), () => transport.halt()]) {
    const play = transport.toggle();
    act();
    await settle();
    await play;
    pass(1);
    assert.equal(transport.playing, false);
    assert.equal(played.length, 0);
  }
});

test("sound that is turned off while it wakes stays off", async (t) => {
  const { transport, settle, pass } = stage(t, eighths);
  transport.timeline.play();
  transport.soundOn = false;
  const on = transport.toggleSound();
  await transport.toggleSound();
  await settle(60);
  await on;
  pass(1);
  assert.equal(transport.sound.live, false);
  assert.equal(played.length, 0);
});

test("sound that is interrupted pauses the stage, and without any it plays on in silence", async (t) => {
  const said = [];
  const { transport, settle, pass } = await playing(t, eighths, { say: (text) => said.push(text) });
  pass(1);
  Object.assign(audio, { state: "interrupted", deaf: true });
  transport.tick();
  assert.equal(transport.playing, false);
  const place = transport.timeline.position();
  const play = transport.play();
  await settle();
  await play;
  assert.equal(transport.playing, true);
  assert.equal(transport.sound.live, false);
  assert.equal(said.length, 1);
  const since = performance.now();
  while (performance.now() - since < 20);
  assert.ok(transport.timeline.position() > place);
});
