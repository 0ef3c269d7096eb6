"""Read melodies from MIDI files, and write them.

Reading goes: events (``events``) → notes of each instrument → one voice on the beat grid
(``voice``).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import BinaryIO

import numpy as np

from seqlib.i18n import N_, Later, _

from .events import TEMPO_RANGE, MidiError, Part, load, read_events
from .melody import Arrangement, Melody
from .metre import COMMON_TIME, TICKS_PER_BEAT, Metre
from .names import decoded, encoding_of
from .voice import RESOLUTION, UNITS, top_line, voice_of

MAX_NOTES = 5_000  # in the melody
MAX_TOKENS = 1_500  # different ones in the melody: what a model can learn
MOST_TRIED = 100  # tracks that are reduced in search of the melody, the likeliest first

# A text event of our own files where reading could take a written rest for articulation.
LITERAL = "SeqScope: lengths as written"
INSTRUMENTS = N_(  # of General MIDI, by number
    "Acoustic Grand Piano; Bright Acoustic Piano; Electric Grand Piano; Honky-tonk Piano; "
    "Electric Piano 1; Electric Piano 2; Harpsichord; Clavinet; Celesta; Glockenspiel; Music "
    "Box; Vibraphone; Marimba; Xylophone; Tubular Bells; Dulcimer; Drawbar Organ; Percussive "
    "Organ; Rock Organ; Church Organ; Reed Organ; Accordion; Harmonica; Tango Accordion; "
    "Acoustic Guitar (nylon); Acoustic Guitar (steel); Electric Guitar (jazz); Electric "
    "Guitar (clean); Electric Guitar (muted); Overdriven Guitar; Distortion Guitar; Guitar "
    "Harmonics; Acoustic Bass; Electric Bass (finger); Electric Bass (pick); Fretless Bass; "
    "Slap Bass 1; Slap Bass 2; Synth Bass 1; Synth Bass 2; Violin; Viola; Cello; Contrabass; "
    "Tremolo Strings; Pizzicato Strings; Orchestral Harp; Timpani; String Ensemble 1; String "
    "Ensemble 2; Synth Strings 1; Synth Strings 2; Choir Aahs; Voice Oohs; Synth Choir; "
    "Orchestra Hit; Trumpet; Trombone; Tuba; Muted Trumpet; French Horn; Brass Section; Synth "
    "Brass 1; Synth Brass 2; Soprano Sax; Alto Sax; Tenor Sax; Baritone Sax; Oboe; English "
    "Horn; Bassoon; Clarinet; Piccolo; Flute; Recorder; Pan Flute; Blown bottle; Shakuhachi; "
    "Whistle; Ocarina; Lead 1 (square); Lead 2 (sawtooth); Lead 3 (calliope); Lead 4 chiff; "
    "Lead 5 (charang); Lead 6 (voice); Lead 7 (fifths); Lead 8 (bass + lead); Pad 1 (new "
    "age); Pad 2 (warm); Pad 3 (polysynth); Pad 4 (choir); Pad 5 (bowed); Pad 6 (metallic); "
    "Pad 7 (halo); Pad 8 (sweep); FX 1 (rain); FX 2 (soundtrack); FX 3 (crystal); FX 4 "
    "(atmosphere); FX 5 (brightness); FX 6 (goblins); FX 7 (echoes); FX 8 (sci-fi); Sitar; "
    "Banjo; Shamisen; Koto; Kalimba; Bagpipe; Fiddle; Shanai; Tinkle Bell; Agogo; Steel "
    "Drums; Woodblock; Taiko Drum; Melodic Tom; Synth Drum; Reverse Cymbal; Guitar Fret "
    "Noise; Breath Noise; Seashore; Bird Tweet; Telephone Ring; Helicopter; Applause; Gunshot"
)
SOLO_PROGRAM = 66  # General MIDI tenor sax
VOICES = {  # voice of the arrangement: (track name, General MIDI program, drums?)
    "chords": ("Chords", 0, False),
    "bass": ("Bass", 32, False),
    "drums": ("Drums", 0, True),
}


@dataclass(frozen=True)
class Track:
    """One instrument of a file: the notes of one channel of one MIDI track.

    Attributes
    ----------
    index : int
        Index in ``Song.tracks``, to be passed as ``track``.
    given : str
        Its name in the file; "" if it has none.
    program : int
        General MIDI instrument, 0 to 127.
    polyphony : float
        Share of notes that start while another note sounds over at least half of them:
        0 for a single voice, 2/3 for three-note chords.
    score : float
        Likelihood of being the melody; comparable within one file only.
    """

    index: int
    given: str
    program: int
    is_drum: bool
    n_notes: int
    mean_pitch: float
    polyphony: float
    score: float

    @property
    def program_name(self) -> str:
        """Name of the instrument, in the reader's language."""
        return _("Drums") if self.is_drum else _(INSTRUMENTS).split("; ")[self.program]

    @property
    def name(self) -> str:
        """Name in the file, or that of the instrument."""
        return self.given or self.program_name


@dataclass(frozen=True)
class Song:
    """A MIDI file: a description of every track, and one track reduced to a melody.

    Attributes
    ----------
    best : int
        The track that looks most like the melody; never drums.
    track : int
        The track ``melody`` was taken from: the one asked for, or ``best``.
    tempo : float
        The tempo that holds at the median beat, 20 to 400 beats a minute.
    warnings : tuple of str
        One sentence for each oddity that was worked around, and for each thing that was done
        to get the melody, in the reader's language.
    """

    tracks: tuple[Track, ...]
    best: int
    track: int
    melody: Melody
    tempo: float
    title: str = ""
    remarks: tuple[Later, ...] = ()
    _source: _Source | None = field(default=None, repr=False, compare=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(map(str, self.remarks))

    def with_track(self, track: int) -> Song:
        """Reduce another track to the melody; raises ``MidiError`` if it cannot be one."""
        assert self._source is not None
        melody, remarks = self._source.melody(track)
        return replace(self, track=track, melody=melody, remarks=self._source.remarks + remarks)


def read_midi(source: str | os.PathLike | bytes | BinaryIO, track: int | None = None) -> Song:
    """Read a MIDI file and reduce one of its tracks to a melody on the beat grid.

    Reads type 0, 1 and 2 (the patterns of type 2 as tracks side by side). A file timed
    in SMPTE frames has no beats, so half a second is taken as one (120 a minute) and its
    tempo events are ignored. Chords reduce to their highest note; a note ends where the
    next begins, and gaps of articulation are closed. Silence before the first note is dropped;
    rests after it are kept, up to four bars.

    Parameters
    ----------
    source : path, bytes, or binary file object (read from its start)
    track : int, optional
        Which of ``Song.tracks`` to take; the best guess when left out.

    Raises ``MidiError`` for what is not MIDI, is cut short, has no melody in it, or is over a limit
    (``MAX_BYTES``, ``MAX_TRACKS``, ``MAX_BEATS``, ``MAX_NOTES``, ``MAX_FILE_NOTES``).
    """
    data, title = load(source)
    warnings: list[Later] = []
    parts, tempo, metres, units_per_tick = read_events(data, warnings)
    tracks, notes = _tracks(parts)
    literal = any(LITERAL.encode() in part.texts for part in parts)
    tick = 0.0 if literal else max(1.0, float(units_per_tick))
    file = _Source(tracks, notes, metres, tick, tempo, title)
    best, skipped = _best_melody(file)
    file = replace(file, remarks=(*warnings, *skipped))
    chosen = best if track is None else track
    melody, remarks = file.melody(chosen)
    return Song(tracks, best, chosen, melody, tempo, title, file.remarks + remarks, file)


def write_midi(melody: Melody, arrangement: Arrangement | None = None) -> bytes:
    """Write the melody to a MIDI file, on a track named Solo, with the band's tracks if given.

    ``read_midi`` reads the same tokens again, except rests before the first note and after the
    last, which a MIDI file cannot tell from silence.
    """
    import pretty_midi

    tempo = float(np.clip(melody.tempo, *TEMPO_RANGE))
    seconds = 60.0 / tempo / TICKS_PER_BEAT
    sounds = arrangement.sounds if arrangement else ()
    loudness = {sound.start: sound.velocity for sound in sounds if sound.voice == "solo"}

    def note(velocity: int, pitch: int, start: int, ticks: int) -> pretty_midi.Note:
        return pretty_midi.Note(velocity, pitch, start * seconds, (start + ticks) * seconds)

    solo = pretty_midi.Instrument(SOLO_PROGRAM, name="Solo")
    solo.notes = [
        note(loudness.get(start, 96), pitch, start, ticks) for start, ticks, pitch in melody.notes
    ]
    song = pretty_midi.PrettyMIDI(resolution=RESOLUTION, initial_tempo=tempo)
    song.instruments.append(solo)
    for voice, (name, program, is_drum) in VOICES.items():
        band = pretty_midi.Instrument(program, is_drum, name)
        band.notes = [
            note(sound.velocity, sound.pitch, sound.start, sound.ticks)
            for sound in sounds
            if sound.voice == voice
        ]
        if band.notes:
            song.instruments.append(band)
    song.time_signature_changes = [
        pretty_midi.TimeSignature(metre.beats, metre.unit, metre.start * seconds)
        for metre in _with_upbeat(melody.metres)
    ]
    if not _reads_alike(melody):
        song.text_events = [pretty_midi.containers.Text(LITERAL, 0.0)]
    file = BytesIO()
    song.write(file)
    return file.getvalue()


def _with_upbeat(metres: tuple[Metre, ...]) -> tuple[Metre, ...]:
    """Write an upbeat as a short first bar; nothing where 4/4 begins at tick 0, the default."""
    first = metres[0]
    if metres == (COMMON_TIME,) or not first.start:
        return () if metres == (COMMON_TIME,) else metres
    length = first.start + first.bar  # ticks
    if length % 3 or length > 3 * 255:  # what a file can say
        return (first._replace(start=0), *metres[1:])
    return (Metre(0, length // 3, 16), first._replace(start=length), *metres[1:])


def _reads_alike(melody: Melody) -> bool:
    """Tell whether the melody is read from its notes as it is, without the mark."""
    notes = [
        (start * UNITS, (start + ticks) * UNITS, pitch, (start + ticks) * UNITS)
        for start, ticks, pitch in melody.notes
    ]
    if not notes:
        return True
    literal, read = (voice_of(np.array(notes), melody.metres, tick) for tick in (0, 1))
    return literal.tokens == read.tokens


# ---------------------------------------------------------------- tracks and the melody

_LEAD = re.compile(
    r"solo|melod|lead|vocal|voice|sing|theme|旋律|主唱|人声|人聲|メロディ|멜로디", re.I
)
_BACKING = re.compile(
    r"\b(bass(?!oon)|chord|comp(ing)?\b|accomp|pad|strings|rhythm|backing|harmon(?!ica)|left|lh\b"
    r"|click|metronome)|drum|perc|伴奏|和弦|贝斯|貝斯",
    re.I,
)
_LEAD_PROGRAMS = {40, 41, 42, *range(52, 55), *range(56, 61), *range(64, 88)}
_BACKING_PROGRAMS = {*range(32, 40), *range(44, 52), *range(88, 104), *range(112, 128)}


@dataclass(frozen=True)
class _Source:
    """What all melodies of a file are made from."""

    tracks: tuple[Track, ...]
    notes: tuple[np.ndarray, ...]
    metres: tuple[Metre, ...]
    tick: float
    tempo: float
    title: str
    remarks: tuple[Later, ...] = ()

    def melody(self, index: int) -> tuple[Melody, tuple[Later, ...]]:
        """Reduce a track to a melody, and say what was done; raises ``MidiError``."""
        if not 0 <= index < len(self.tracks):
            raise MidiError(
                "There is no track {index} in this file: choose one from 0 to {last}.",
                index=index,
                last=len(self.tracks) - 1,
            )
        track = self.tracks[index]
        if track.is_drum:
            raise MidiError(
                'The track "{track}" is drums, which have no melody: choose another.',
                track=track.name,
            )
        voice = voice_of(self.notes[index], self.metres, self.tick)
        name = " · ".join(filter(None, (self.title, track.name)))
        melody = Melody(voice.tokens, self.tempo, name, voice.metres)
        _check_size(melody, track.name)
        return melody, (*voice.remarks, *_about_metres(melody.metres))


def _check_size(melody: Melody, track: str) -> None:
    """Raise a ``MidiError`` if a track's melody is too short, too long or too various."""
    count = melody.n_notes
    if count < 2:
        raise MidiError(
            'The track "{track}" has only one note to its melody: choose one with at least 2.',
            track=track,
        )
    if count > MAX_NOTES:
        raise MidiError(
            'The track "{track}" has {count:,} notes in its melody and the limit is '
            "{limit:,}: choose another track or a shorter file.",
            track=track,
            count=count,
            limit=MAX_NOTES,
        )
    if (n := len(set(melody.tokens))) > MAX_TOKENS:
        raise MidiError(
            'The melody of the track "{track}" has {n:,} different notes and rests and the '
            "limit is {limit:,}: quantise it in a music program, or choose another track.",
            track=track,
            n=n,
            limit=MAX_TOKENS,
        )


def _about_metres(metres: tuple[Metre, ...]) -> list[Later]:
    """Say in which metres the band plays, unless it is 4/4."""
    names = list(dict.fromkeys(map(str, metres)))
    silent = [str(metre) for metre in metres if not metre.pulses]
    if silent:
        return [Later("The band is silent: it cannot play in {metre}.", {"metre": silent[0]})]
    if len(metres) > 1:
        listed = [*names[:4], *(["…"] if len(names) > 4 else [])]
        return [Later("The metre changes ({metres}); the band follows.", {"metres": listed})]
    if names != [str(COMMON_TIME)]:
        return [Later("The band plays in {metre}.", {"metre": names[0]})]
    return []


def _tracks(parts: list[Part]) -> tuple[tuple[Track, ...], tuple[np.ndarray, ...]]:
    """Describe every instrument that plays, and list its notes (n, 4).

    Columns: start, end, pitch, end with the pedal, in units; rows are sorted by start.
    """
    fallback: dict[int, int] = {}  # programs set by a track that plays no notes itself
    for part in parts:
        for channel, program in part.programs.items():
            fallback.setdefault(channel, program)
    encoding = encoding_of(text for part in parts for text in part.texts)
    found = []
    for part in parts:
        name = decoded(part.names.get(0x03, b""), encoding) or decoded(
            part.names.get(0x04, b""), encoding
        )
        for channel, notes in part.notes.items():
            program = part.programs.get(channel, fallback.get(channel, 0))
            found.append((name, program, channel == 9, np.array(notes)))
    begin = min(notes[0, 0] for *_about, notes in found)
    end = max(notes[:, 1].max() for *_about, notes in found)
    tracks = tuple(
        _describe(index, name, program, is_drum, notes, end - begin)
        for index, (name, program, is_drum, notes) in enumerate(found)
    )
    return tracks, tuple(notes for *_about, notes in found)


def _describe(
    index: int, name: str, program: int, is_drum: bool, notes: np.ndarray, length: int
) -> Track:
    """Describe a track, and score how likely it is the melody of a piece of this length in units.

    A melody is a single voice that moves by steps, says new things and is there much of the
    time. Names of tracks and instruments decide between equals only.
    """
    starts, ends, pitches, _held = notes[np.lexsort((-notes[:, 2], notes[:, 0]))].T
    reach = np.maximum.accumulate(ends)
    overlap = np.minimum(reach[:-1], ends[1:]) - starts[1:]
    covered = 2 * overlap > (ends - starts)[1:]
    polyphony = float(covered.sum() / len(notes))
    pauses = starts[1:] - reach[:-1]
    present = reach[-1] - starts[0] - pauses[pauses > RESOLUTION].sum()
    line = top_line(notes)
    steps = np.abs(np.diff(line))
    near = ((steps == 1) | (steps == 2)).sum() + 0.5 * ((steps == 3) | (steps == 4)).sum()
    busy = min(1.0, len(line) / max(1, present / (2 * RESOLUTION)))  # a note in two beats
    fours = np.lib.stride_tricks.sliding_window_view(line, min(4, len(line)))
    new = len(np.unique(fours, axis=0)) / len(fours)  # an ostinato repeats itself
    in_register = np.interp(pitches.mean(), (40, 60, 84, 100), (0, 1, 1, 0.3))
    score = (
        1.5 * (1 - polyphony)
        + 2.0 * min(1.0, present / (0.5 * length))  # a melody rests too
        + 1.5 * busy * near / max(1, len(steps))
        + 1.5 * min(1.0, 4 * new) * min(1.0, len(line) / 16)
        + 2.0 * in_register
        # names break ties
        + 0.2 * (bool(_LEAD.search(name)) - bool(_BACKING.search(name)))
        + 0.1 * ((program in _LEAD_PROGRAMS) - (program in _BACKING_PROGRAMS))
    )
    return Track(
        index=index,
        given=name,
        program=program,
        is_drum=is_drum,
        n_notes=len(notes),
        mean_pitch=float(pitches.mean()),
        polyphony=polyphony,
        score=0.0 if is_drum else float(score),
    )


def _best_melody(source: _Source) -> tuple[int, list[Later]]:
    """Find the most melody-like track that can be used, and what is wrong with those too long."""
    pitched = [track for track in source.tracks if not track.is_drum]
    if not pitched:
        raise MidiError("This MIDI file holds drums only: choose one with a melody in it.")
    errors, monotone = [], []
    for track in sorted(pitched, key=lambda track: -track.score)[:MOST_TRIED]:
        try:
            melody, _remarks = source.melody(track.index)
        except MidiError as error:
            errors.append((track, error))
        else:
            if len(set(melody.tokens)) > 1:
                return track.index, [e.args[0] for t, e in errors if t.n_notes > MAX_TOKENS]
            monotone.append(track.index)
    if monotone:
        return monotone[0], []
    raise errors[0][1]
