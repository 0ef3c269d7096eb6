// Lane `pianoroll`: notes by pitch and time, chord names above, what was given drawn apart.

import { clipToPlot, stepsAround } from "../lane_draw.js";
import { decodeNotes } from "../decode.js";
import { numberText, pitchText, timeText } from "../text.js";
import { voiceNames } from "../voices.js";
import { t } from "../words.js";

const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);

/** "1/3 of a beat", "1 beat", "1 1/2 beats" */
function beatsText(length) {
  if (/^\d+\/\d+$/.test(length)) return t("{length} of a beat", { length });
  return length === "1" ? t("1 beat") : t("{length} beats", { length });
}

/** @type {import("../contract.js").LaneOf<import("../contract.js").PianorollData>} */
export function pianorollLane(data, stage) {
  const notes = decodeNotes(data.notes).filter((note) => note.voice !== "drums");
  const pitches = data.reach ?? notes.map((note) => note.pitch);
  const low = Math.min(...(pitches.length ? pitches : [60])) - 2;
  const high = Math.max(...(pitches.length ? pitches : [72])) + 2;
  const span = high - low + 1;
  const chordBand = (layout) => (data.chords.length ? Math.round(layout.font * 1.7) : 0);
  const names = notes.some((note) => note.voice === "solo" && note.step >= 0);

  function noteAt(x, y, view, size) {
    const top = chordBand(stage.layout);
    const each = (size.height - top) / span;
    const second = view.from + (x - view.left) / view.pps;
    const pitch = high - Math.floor((y - top) / each);
    /** @type {import("../contract.js").Note|null} */
    let best = null;
    for (const note of notes) {
      if (second < note.start || second >= note.end || Math.abs(note.pitch - pitch) > 1) continue;
      if (!best || Math.abs(note.pitch - pitch) < Math.abs(best.pitch - pitch)) best = note;
    }
    return best;
  }

  /** The unit pinned last, as a line over the notes: zero in the middle, its largest size at an edge. */
  function drawCurve(g, view, top, height) {
    const curve = stage.curve;
    if (!curve) return;
    const { theme, layout } = stage;
    const y = (value) => top + (height - top) * (0.5 - 0.46 * (value / curve.most));
    const follows = stage.follows(curve.axis, curve.unit)?.group.name;
    g.strokeStyle = theme.faint;
    g.lineWidth = 1;
    g.setLineDash([4, 4]);
    g.beginPath();
    g.moveTo(view.left, y(0));
    g.lineTo(view.left + view.width, y(0));
    g.stroke();
    g.setLineDash([]);
    g.beginPath();
    for (let step = view.first; step <= Math.min(view.last, curve.values.length - 1); step += 1) {
      g.lineTo(view.x(view.clock.edges[step]), y(curve.values[step]));
      g.lineTo(view.x(view.clock.edges[step + 1]), y(curve.values[step]));
    }
    g.lineJoin = "round";
    const lines = [{ colour: theme.background, width: 5 }, { colour: theme.ink, width: 2 }];
    for (const { colour, width } of lines) {
      g.strokeStyle = colour;
      g.lineWidth = width * Math.sqrt(layout.scale);
      g.stroke();
    }
    g.font = `600 ${layout.font}px ${theme.font}`;
    g.textAlign = "right";
    g.fillStyle = theme.ink;
    g.strokeStyle = theme.background;
    g.lineWidth = 4;
    const unit = t("{symbol}, unit {unit}", { symbol: curve.symbol, unit: curve.unit });
    const text = follows ? `${unit} · ${follows}` : unit;
    for (const draw of ["strokeText", "fillText"]) g[draw](text, view.left + view.width - 6, top + layout.font * 0.8);
  }

  return {
    head: {
      title: data.title,
      symbol: "",
      shape: names ? [["Tx", stage.clock.steps]] : [],
      legend: null,
    },
    live: true,
    height: (layout) => Math.round(chordBand(layout) + Math.max(layout.compact ? 96 : 132, Math.min(span * 6, 190)) * Math.sqrt(layout.scale)),

    drawTime(g, view, size, step) {
      const { theme, layout } = stage;
      const top = chordBand(layout);
      const each = (size.height - top) / span;
      const y = (pitch) => top + (high - pitch) * each;
      const right = view.left + view.width;
      const seconds = [view.clock.edges[step], view.clock.edges[step + 1]];
      g.font = `${layout.font}px ${theme.font}`;
      g.textBaseline = "middle";

      g.fillStyle = theme.shade;
      for (let pitch = low; pitch <= high; pitch += 1) {
        if (BLACK_KEYS.has(((pitch % 12) + 12) % 12)) g.fillRect(view.left, y(pitch), view.width, each);
      }
      g.textAlign = "right";
      for (let pitch = low; pitch <= high; pitch += 1) {
        if (pitch % 12 !== 0) continue;
        g.fillStyle = theme.line;
        g.fillRect(view.left, y(pitch) + each, view.width, 1);
        g.fillStyle = theme.soft;
        g.fillText(pitchText(pitch), view.left - 7, Math.min(size.height - layout.font / 2, y(pitch) + each / 2));
      }

      clipToPlot(g, view, size.height);
      if (data.prompt > 0) {
        const until = view.x(view.clock.edges[Math.min(data.prompt, view.clock.steps)]);
        if (until > view.left) {
          g.fillStyle = theme.line;
          g.globalAlpha = 0.45;
          g.fillRect(view.left, top, until - view.left, size.height - top);
          g.globalAlpha = 1;
          g.textAlign = "left";
          g.fillStyle = theme.soft;
          g.fillText(t("given"), Math.max(view.left, view.x(view.clock.start)) + 6, size.height - layout.font * 0.8);
        }
      }
      for (const [start, end, name] of data.chords) {
        const x0 = view.x(start);
        const x1 = view.x(end);
        if (x1 < view.left || x0 > right) continue;
        g.fillStyle = theme.line;
        g.fillRect(x0, 0, 1, size.height);
        g.textAlign = "left";
        const on = start <= seconds[0] && seconds[0] < end;
        g.fillStyle = on ? theme.ink : theme.soft;
        g.font = `${on ? 600 : 400} ${layout.font}px ${theme.font}`;
        g.fillText(stage.fit(name, x1 - Math.max(x0, view.left) - 8), Math.max(x0, view.left) + 5, top / 2);
      }
      g.font = `600 ${layout.font}px ${theme.font}`;
      g.textAlign = "left";
      for (const solo of [false, true]) {
        for (const note of notes) {
          if ((note.voice === "solo") !== solo) continue;
          const x0 = view.x(note.start);
          const x1 = view.x(note.end);
          if (x1 < view.left || x0 > right) continue;
          const on = note.step >= 0 ? note.step === step : note.start < seconds[1] && note.end > seconds[0];
          const tall = Math.max(each, solo ? 5 : 3);
          g.beginPath();
          g.roundRect(x0, y(note.pitch) + each / 2 - tall / 2, Math.max(2, x1 - x0 - 1), tall, Math.min(3, tall / 2));
          const given = solo && note.step >= 0 && note.step < data.prompt;
          g.fillStyle = solo ? (given ? theme.background : theme.accent) : on ? theme.soft : theme.band;
          g.fill();
          if (given) {
            g.strokeStyle = theme.accent;
            g.lineWidth = 1.5;
            g.stroke();
          }
          if (solo && on) {
            g.strokeStyle = theme.ink;
            g.lineWidth = 2;
            g.stroke();
          }
        }
      }
      drawCurve(g, view, top, size.height);
      g.restore();
    },

    now: (layout) => ({ height: Math.round(layout.font * 7.4), below: false }),

    // What is played, large enough to read while listening.
    drawNow(g, box, step) {
      const { theme, layout } = stage;
      const seconds = stage.clock.edges[step];
      const chord = data.chords.find(([start, end]) => start <= seconds && seconds < end);
      const note = notes.find((each) => each.step === step && each.voice === "solo");
      const asked = stage.asked(step);
      const name = note ? pitchText(note.pitch) : asked ? "?" : t("rest");
      const [named, ...rest] = stage.nameOf(step).split(" · ");
      g.textBaseline = "alphabetic";
      g.fillStyle = theme.ink;
      g.font = `600 ${layout.font * 2.6}px ${theme.font}`;
      g.fillText(name, 0, layout.font * 2.9, box.width);
      g.fillStyle = theme.soft;
      g.font = `${layout.font}px ${theme.font}`;
      const length = rest.length && named === name ? beatsText(rest.join(" · ")) : t("{seconds} s", { seconds: numberText(stage.clock.length(step), 2) });
      if (!asked) g.fillText(step < data.prompt ? t("{length}, given", { length }) : length, 0, layout.font * 4.6);
      if (!chord) return;
      g.fillText(t("over"), 0, layout.font * 6.3);
      g.fillStyle = theme.ink;
      g.font = `600 ${layout.font}px ${theme.font}`;
      g.fillText(chord[2], layout.font * 2.7, layout.font * 6.3, box.width - layout.font * 3);
    },

    overview(g, box) {
      for (const note of notes) {
        if (note.voice !== "solo") continue;
        const x0 = box.x(note.start);
        const tall = Math.max(2, box.height / span);
        g.fillRect(x0, ((high - note.pitch) / span) * (box.height - tall), Math.max(1.5, box.x(note.end) - x0 - 0.5), tall);
      }
    },

    probe(x, y, step, size, view) {
      const note = noteAt(x, y, view, size);
      if (!note) return null;
      const lines = [t("{voice}, {from} to {to}", { voice: voiceNames()[note.voice], from: timeText(note.start), to: timeText(note.end) }), t("velocity {velocity}", { velocity: note.velocity })];
      if (note.step >= 0) lines.push(stage.stepText(note.step));
      return { value: pitchText(note.pitch), lines };
    },

    table(step) {
      const steps = stepsAround(step, stage.clock.steps);
      return {
        caption: t("{title}, notes of steps {from} to {to} of {total}.", {
          title: data.title, from: steps[0] + 1, to: steps[0] + steps.length, total: stage.clock.steps,
        }),
        columns: [t("step"), t("pitch"), t("start (s)"), t("length (s)"), t("voice")],
        rows: notes.filter((note) => steps.includes(note.step)).map((note) => [
          String(note.step + 1), pitchText(note.pitch), note.start.toFixed(2), (note.end - note.start).toFixed(2), voiceNames()[note.voice],
        ]),
      };
    },

    describe(step) {
      const note = notes.find((each) => each.step === step);
      if (note) return pitchText(note.pitch);
      if (stage.asked(step)) return "";
      return names ? t("rest") : "";
    },
  };
}
