"""List the notes of chords and scales, and choose chords for a melody that has none.

A melody is harmonised half a bar at a time, or a whole short bar. Every chord of a key is
scored by how well it explains the notes over it, every change by its root motion, and the best
path is found by dynamic programming (Viterbi), in all keys; the best-scoring key wins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .melody import TICKS_PER_BEAT, Chord, Melody
from .metre import WHOLE, Pulse, pulses

BAR = WHOLE  # of 4/4

# Semitones above the root: root, third, fifth, then seventh or sixth.
QUALITIES: dict[str, tuple[int, ...]] = {
    "maj7": (0, 4, 7, 11),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "m6": (0, 3, 7, 9),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
# The scale of each chord: its notes beside the chord's are colour, all others outside.
SCALES: dict[str, tuple[int, ...]] = {
    "maj7": (0, 2, 4, 6, 7, 9, 11),
    "6": (0, 2, 4, 6, 7, 9, 11),
    "7": (0, 2, 4, 5, 7, 9, 10),
    "m7": (0, 2, 3, 5, 7, 9, 10),
    "m6": (0, 2, 3, 5, 7, 9, 11),
    "m7b5": (0, 1, 3, 5, 6, 8, 10),
    "dim7": (0, 2, 3, 5, 6, 8, 9, 11),
}
# Score of a melody note that is a member of the chord, a note of its scale, or outside.
_MEMBER_FIT = (1.0, 1.0, 0.75, 0.85)
_SCALE_FIT, _OUTSIDE_FIT = 0.2, -0.7

# Chords of a key as (semitones above the tonic, quality, score).
_KEYS: dict[str, tuple[tuple[int, str, float], ...]] = {
    "major": (
        (0, "maj7", 0.5),
        (2, "m7", 0.45),
        (7, "7", 0.45),
        (9, "m7", 0.3),
        (5, "maj7", 0.25),
        (4, "m7", 0.1),
        (0, "7", 0.0),
        (2, "7", 0.0),
        (9, "7", 0.0),
        (11, "m7b5", -0.2),
        (6, "dim7", -0.3),
    ),
    "minor": (
        (0, "m6", 0.5),
        (2, "m7b5", 0.4),
        (7, "7", 0.45),
        (5, "m7", 0.3),
        (8, "maj7", 0.1),
        (3, "maj7", 0.1),
        (10, "7", 0.1),
        (0, "7", -0.1),
        (11, "dim7", -0.1),
    ),
    "blues": (
        (0, "7", 0.45),
        (5, "7", 0.4),
        (7, "7", 0.35),
        (2, "m7", 0.3),
        (9, "7", 0.0),
        (6, "dim7", -0.2),
    ),
}
# Over a blues the flat third, fifth and seventh of the key fit every chord.
_BLUE_NOTES, _BLUE_FIT = (3, 6, 10), 0.4
# Score of a step from root to root, by semitones upwards; 5 is a fifth down.
_ROOT_MOTION = np.array([0, 0.1, 0.25, 0, 0.05, 0.6, -0.2, 0.3, 0, 0.2, 0.15, 0.2])
_CHANGE_AT_BAR, _CHANGE_IN_BAR = -0.25, -1.1
_TONIC = 1.0  # score for beginning and for ending on the tonic chord


def members(chord: Chord) -> tuple[int, ...]:
    """List the pitch classes of a chord: root, third, fifth, seventh or sixth."""
    return tuple((chord.root + step) % 12 for step in QUALITIES[chord.quality])


def scale(chord: Chord) -> tuple[int, ...]:
    """List the pitch classes of the scale that is played over a chord."""
    return tuple((chord.root + step) % 12 for step in SCALES[chord.quality])


def cover(chords: Sequence[Chord], ticks: int) -> tuple[Chord, ...]:
    """Repeat the form until ``ticks`` are filled, and cut the last chord there.

    Raises ``ValueError`` if the chords do not follow one another from tick 0, or if a chord
    has a quality not in ``QUALITIES``.
    """
    now = 0
    for chord in chords:
        if chord.start != now or chord.ticks < 1:
            raise ValueError(
                f"The chord {chord} starts at tick {chord.start} and the one before ends at {now}: "
                "give chords that follow one another from tick 0."
            )
        if chord.quality not in QUALITIES:
            raise ValueError(
                f'There is no chord quality "{chord.quality}": choose one of '
                f"{', '.join(QUALITIES)}."
            )
        now += chord.ticks
    laid: list[Chord] = []
    for round_start in range(0, ticks, now) if now else ():
        for chord in chords:
            start = round_start + chord.start
            if start < ticks:
                laid.append(chord._replace(start=start, ticks=min(chord.ticks, ticks - start)))
    return tuple(laid)


def harmonise(melody: Melody) -> tuple[Chord, ...]:
    """Choose chords for a melody, from tick 0 to the end of its last bar.

    A chord lasts at least from one strong pulse to the next: half a bar of 4/4, a bar of 3/4.
    Equal melodies get equal chords; none if the band cannot play the metre.
    """
    beat = pulses(melody.metres, melody.edges[-1])
    if not beat:
        return ()
    spans = [pulse for pulse in beat if pulse.strong]
    starts = [pulse.start for pulse in spans]
    at_bar = [pulse.place == 0 for pulse in spans]
    if not starts or starts[0]:  # an upbeat
        starts, at_bar = [0, *starts], [True, *at_bar]
    edges = [*starts, beat[-1].end]
    weight = _weights(melody, edges, beat)  # (spans, 12)
    _, tonic, states, mode = max(
        (_best_path(_Mode.of(name), weight, at_bar) for name in _KEYS), key=lambda path: path[0]
    )
    chords: list[Chord] = []
    for state, start, end in zip(states, edges, edges[1:], strict=False):
        degree, quality, _ = mode.chords[state]
        root = (tonic + degree) % 12
        last = chords[-1] if chords else None
        if last and (last.root, last.quality) == (root, quality):
            chords[-1] = last._replace(ticks=end - last.start)
        else:
            chords.append(Chord(start, end - start, root, quality))
    return tuple(chords)


def _weights(melody: Melody, edges: Sequence[int], beat: Sequence[Pulse]) -> np.ndarray:
    """Sum how many beats each pitch class sounds between two edges, (spans, 12).

    Notes on a pulse count one and a half times, as notes between pulses are often passing notes.
    """
    weight = np.zeros((len(edges) - 1, 12))
    on_pulse = {pulse.start for pulse in beat}
    for start, ticks, pitch in melody.notes:
        end = start + ticks
        accent = 1.5 if start in on_pulse else 1.0
        for span in range(bisect_right(edges, start) - 1, bisect_left(edges, end)):
            inside = min(end, edges[span + 1]) - max(start, edges[span])
            weight[span, pitch % 12] += accent * inside / TICKS_PER_BEAT
    return weight


@dataclass(frozen=True)
class _Mode:
    """The chords of one kind of key, for the tonic C, as arrays."""

    chords: tuple[tuple[int, str, float], ...]
    fit: np.ndarray  # (states, 12): score of each pitch class over each chord
    motion: np.ndarray  # (states, states): score of the change from row to column; 0 for none
    at_home: np.ndarray  # (states,): score of each chord in the key

    @classmethod
    def of(cls, name: str) -> _Mode:
        chords = _KEYS[name]
        fit = np.full((len(chords), 12), _OUTSIDE_FIT)
        for row, (degree, quality, _) in enumerate(chords):
            fit[row, [(degree + step) % 12 for step in SCALES[quality]]] = _SCALE_FIT
            fit[row, [(degree + step) % 12 for step in QUALITIES[quality]]] = _MEMBER_FIT
        if name == "blues":
            blue = list(_BLUE_NOTES)
            fit[:, blue] = np.maximum(fit[:, blue], _BLUE_FIT)
        roots = np.array([degree for degree, _, _ in chords])
        motion = _ROOT_MOTION[(roots[None] - roots[:, None]) % 12]
        np.fill_diagonal(motion, 0.0)
        return cls(chords, fit, motion, np.array([home for _, _, home in chords]))


def _best_path(
    mode: _Mode, weight: np.ndarray, at_bar: Sequence[bool]
) -> tuple[float, int, list[int], _Mode]:
    """Find the best path by Viterbi: its score, tonic, the chord of each span, and the mode."""
    tonics = np.arange(12)
    transposed = weight[:, (tonics[:, None] + np.arange(12)) % 12]  # (spans, tonics, 12)
    heard = transposed @ mode.fit.T + 0.3 * mode.at_home  # (spans, tonics, states)
    n_states = len(mode.chords)
    stay = np.eye(n_states, dtype=bool)
    change = [np.where(stay, 0, mode.motion + cost) for cost in (_CHANGE_AT_BAR, _CHANGE_IN_BAR)]
    ends = np.where(np.array([degree for degree, _, _ in mode.chords]) == 0, _TONIC, 0.0)
    best = heard[0] + ends
    back = np.zeros((len(weight), 12, n_states), int)
    for span in range(1, len(weight)):
        reached = best[:, :, None] + change[0 if at_bar[span] else 1]  # (tonics, from, to)
        back[span] = reached.argmax(axis=1)
        best = reached.max(axis=1) + heard[span]
    best = best + ends
    tonic, state = (int(index) for index in np.unravel_index(best.argmax(), best.shape))
    states = [state]
    for span in range(len(weight) - 1, 0, -1):
        states.append(int(back[span, tonic, states[-1]]))
    return float(best[tonic, state]), tonic, states[::-1], mode
