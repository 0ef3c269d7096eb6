"""How far the playhead on screen and the sound in the ear come apart over 60 s.

Every note's onset is taken where the browser is told to start it, on the audio clock. The
playhead is taken where it was drawn, frame by frame, with the audio clock at that moment.
"""

from __future__ import annotations

import numpy as np

from benchmarks._result import Result
from benchmarks._stage import stage, stage_page

SECONDS = 60

RECORD = """async (seconds) => {
  const onsets = new Set();
  const start = AudioScheduledSourceNode.prototype.start;
  AudioScheduledSourceNode.prototype.start = function (when = 0, ...rest) {
    onsets.add(when);
    return start.call(this, when, ...rest);
  };
  await view.transport.play();
  const context = view.transport.sound.bus.channels.solo.context;
  const frames = [];
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until && view.transport.timeline.playing) {
    await new Promise((done) => requestAnimationFrame(done));
    view.frame();
    const { sound, position } = view.transport;
    frames.push([context.currentTime - sound.delay, position, performance.now() / 1000]);
  }
  return { onsets: [...onsets], frames, live: view.transport.sound.live };
}"""


def measure() -> Result:
    with stage_page() as page:
        page.click("button[aria-label^='Step forward']")  # a gesture, so that sound is allowed
        page.wait_for_timeout(500)
        page.evaluate("view.transport.seekStep(0)")
        seen = page.evaluate(RECORD, SECONDS)
    assert seen["live"], "the audio clock did not drive the playhead"
    onsets = np.sort(seen["onsets"])
    notes = np.array([note.start for note in stage().sound])[: len(onsets)]
    heard, drawn, page_clock = np.array(seen["frames"]).T
    assert heard[-1] - heard[0] > SECONDS - 3, "the sound did not last"
    inside = (onsets > heard[0]) & (onsets < heard[-1])
    onsets, notes = onsets[inside], notes[inside]
    assert len(notes) > 150, f"only {len(notes)} onsets were seen"
    ours = np.abs(np.interp(onsets, heard, drawn) - notes)
    by_page = drawn[0] + page_clock - page_clock[0]  # what a playhead without the sound would do
    theirs = np.abs(np.interp(onsets, heard, by_page) - notes)
    return Result(
        ours=1000 * float(ours.max()),
        peer=1000 * float(theirs.max()),
        peer_name="the same playhead on the page's clock",
        unit="ms",
        goal=30.0,
        goal_on="ours",
    )
