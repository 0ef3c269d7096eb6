"""Read melodies from MIDI files, and write them.

Reading goes: bytes → chunks → clean note events → pretty_midi → notes on the beat
grid → one voice. pretty_midi gets cleaned events because mido, with which it reads, refuses a
whole file for one odd key signature or system message, and drops the time before any meta
event it does not know.

Positions come from MIDI ticks, never from seconds, so tempo changes leave the grid alone.
"""

from __future__ import annotations

import os
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from seqlib.i18n import N_, _

from .melody import TICKS_PER_BEAT, Arrangement, Melody, Token

if TYPE_CHECKING:
    import pretty_midi

MAX_BYTES = 1_000_000
MAX_TRACKS = 256
MAX_NOTES = 5_000  # in the melody
MAX_FILE_NOTES = 50_000  # in all tracks together; keeps reading under a few seconds
MAX_BEATS = 4_000
TEMPO_RANGE = (20.0, 400.0)  # beats a minute

RESOLUTION = 480  # units a beat: the time base to which every file is converted
UNITS_PER_TICK = RESOLUTION // TICKS_PER_BEAT
SOLO_PROGRAM = 66  # General MIDI tenor sax
VOICES = {  # voice of the arrangement: (track name, General MIDI program, drums?)
    "chords": ("Chords", 0, False),
    "bass": ("Bass", 32, False),
    "drums": ("Drums", 0, True),
}


class MidiError(ValueError):
    """Raised for a file or track that cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class Track:
    """One instrument of a file: the notes of one channel of one MIDI track.

    Attributes
    ----------
    index : int
        Index in ``Song.tracks``, to be passed as ``track``.
    program, program_name : int, str
        General MIDI instrument, 0 to 127, and its name.
    beats : float
        Length from the first onset to the end of the last note.
    polyphony : float
        Share of notes that start while another note sounds over at least half of them:
        0 for a single voice, 2/3 for three-note chords.
    score : float
        Likelihood of being the melody; comparable within one file only.
    """

    index: int
    name: str
    program: int
    program_name: str
    is_drum: bool
    n_notes: int
    beats: float
    mean_pitch: float
    polyphony: float
    score: float


@dataclass(frozen=True)
class Song:
    """A MIDI file: a description of every track, and one track reduced to a melody.

    Attributes
    ----------
    tracks : tuple of Track
    best : int
        The track that looks most like the melody; never drums.
    track : int
        The track ``melody`` was taken from: the one asked for, or ``best``.
    melody : Melody
    tempo : float
        The tempo that holds at the median beat, 20 to 400 beats a minute.
    warnings : tuple of str
        One sentence for each oddity that was worked around.
    """

    tracks: tuple[Track, ...]
    best: int
    track: int
    melody: Melody
    tempo: float
    warnings: tuple[str, ...] = ()
    title: str = ""
    _notes: tuple[np.ndarray, ...] = field(default=(), repr=False, compare=False)

    def melody_of(self, track: int) -> Melody:
        """Reduce another track to a melody; raises ``MidiError`` if it cannot be one."""
        return _melody(self.tracks, self._notes, track, self.tempo, self.title)


def read_midi(source: str | os.PathLike | bytes | BinaryIO, track: int | None = None) -> Song:
    """Read a MIDI file and reduce one of its tracks to a melody on the beat grid.

    Reads type 0, 1 and 2 (the patterns of type 2 as tracks side by side). A file timed
    in SMPTE frames has no beats, so half a second is taken as one (120 a minute) and its
    tempo events are ignored. Chords reduce to their highest note; a note ends where the
    next begins. Silence before the first note is dropped; rests after it are kept in full.

    Parameters
    ----------
    source : path, bytes, or binary file object (read from its start)
    track : int, optional
        Which of ``Song.tracks`` to take; the best guess when left out.

    Raises
    ------
    MidiError
        Not MIDI, cut short, no melody in it, or over a limit (``MAX_BYTES``,
        ``MAX_TRACKS``, ``MAX_BEATS``, ``MAX_NOTES``, ``MAX_FILE_NOTES``).
    """
    data, title = _load(source)
    warnings: list[str] = []
    kind, division, chunks = _chunks(data, _header_position(data, warnings))
    units_per_tick = _units_per_tick(division, warnings)
    parts = [
        _read_part(body, number, cut, units_per_tick, warnings)
        for number, (body, cut) in enumerate(chunks, start=1)
    ]
    if (total := sum(part.n_notes for part in parts)) > MAX_FILE_NOTES:
        raise MidiError(
            _(
                "This MIDI file has {total:,} notes and the limit is {limit:,}: "
                "choose a shorter or simpler file.",
                total=total,
                limit=MAX_FILE_NOTES,
            )
        )
    if not total:
        if any(part.damaged for part in parts):
            raise MidiError(_("This MIDI file is damaged: choose one with a melody."))
        raise MidiError(_("This MIDI file has no notes in it: choose one with a melody."))
    tempo = _tempo(parts, kind, division, warnings)
    tracks, notes = _tracks(parts)

    best, skipped = _best_melody(tracks, notes, tempo, title)
    chosen = best if track is None else track
    melody = _melody(tracks, notes, chosen, tempo, title)
    warnings += [str(error) for error in skipped]
    return Song(tracks, best, chosen, melody, tempo, tuple(warnings), title, notes)


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
        note(loudness.get(start, 96), token.pitch, start, token.ticks)
        for start, token in zip(melody.edges, melody.tokens, strict=False)
        if token.pitch is not None
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
    file = BytesIO()
    song.write(file)
    return file.getvalue()


# ---------------------------------------------------------------- bytes and chunks

_NOTES_NOT_SOUND = N_("choose a MIDI file, which holds notes rather than sound")
_LOOKS = (  # (first bytes in lower case, what the file is, what to do)
    (
        (b"<!doctype", b"<html", b"<head", b"<!--"),
        N_("a web page"),
        N_("download the MIDI file itself, not the page around it"),
    ),
    ((b"<?xml",), N_("an XML file"), N_("export it as MIDI from your notation program")),
    (
        (b"version https://git-lfs",),
        N_("a Git LFS pointer"),
        N_("fetch the real file with git lfs pull"),
    ),
    ((b"/annex/objects",), N_("a git-annex pointer"), N_("fetch the real file with git annex get")),
    ((b"pk\x03\x04", b"pk\x05\x06"), N_("a ZIP archive"), N_("unpack it and choose a file inside")),
    ((b"\x1f\x8b",), N_("a gzip archive"), N_("unpack it first")),
    ((b"riff",), N_("a WAVE or other RIFF recording"), _NOTES_NOT_SOUND),
    ((b"id3", b"\xff\xfb", b"\xff\xf3", b"\xff\xfa"), N_("an MP3 recording"), _NOTES_NOT_SOUND),
    ((b"oggs",), N_("an Ogg recording"), _NOTES_NOT_SOUND),
    ((b"flac",), N_("a FLAC recording"), _NOTES_NOT_SOUND),
    ((b"%pdf",), N_("a PDF document"), N_("choose a .mid file")),
    ((b"\x89png", b"\xff\xd8\xff"), N_("a picture"), N_("choose a .mid file")),
)


def _load(source: str | os.PathLike | bytes | BinaryIO) -> tuple[bytes, str]:
    """Read the source's bytes, and a title for captions: the file's stem."""
    name = getattr(source, "name", "")
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif not isinstance(source, str | os.PathLike):
        if source.seekable():
            source.seek(0)  # an upload may have been read before
        data = source.read(MAX_BYTES + 1)
    else:
        name = os.fspath(source)
        try:
            with open(name, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            raise MidiError(
                _('There is no file "{name}": check its name and folder.', name=name)
            ) from None
        except (OSError, ValueError):  # ValueError: a path with a NUL in it
            raise MidiError(
                _(
                    'The file "{name}" cannot be opened: check that it is a file you may read.',
                    name=name,
                )
            ) from None
    if len(data) > MAX_BYTES:
        raise MidiError(
            _(
                "This file is larger than {limit:g} MB, the limit for a MIDI file here: "
                "choose a smaller one.",
                limit=MAX_BYTES / 1e6,
            )
        )
    return data, Path(name).stem if isinstance(name, str) else ""


def _header_position(data: bytes, warnings: list[str]) -> int:
    """Find the offset of the MIDI header; raise a ``MidiError`` that says what else the file is."""
    if data.startswith(b"MThd"):
        return 0
    if not data.strip(b"\0"):
        raise MidiError(_("This file is empty: download or export it again."))
    position = data.find(b"MThd\0\0\0\6", 0, 4096)
    if data.startswith(b"RIFF") and data[8:12] == b"RMID" and position > 0:
        return position
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for starts, what, advice in _LOOKS:
        if head.startswith(starts):
            raise MidiError(
                _("This file is {what}, not MIDI: {advice}.", what=_(what), advice=_(advice))
            )
    if position > 0:
        warnings.append(_("The file starts with {n} bytes that are not MIDI; skipped.", n=position))
        return position
    if len(data) < 4 and b"MThd".startswith(data):
        raise _cut_short(_("it has only {n} bytes", n=len(data)))
    try:
        is_text = data.decode().replace("\n", "").replace("\r", "").replace("\t", "").isprintable()
    except UnicodeDecodeError:
        is_text = False
    what = _("a text file, not MIDI") if is_text else _("not MIDI, whatever its name says")
    raise MidiError(_("This file is {what}: choose a file saved or exported as .mid.", what=what))


def _cut_short(why: str) -> MidiError:
    return MidiError(
        _("This MIDI file is cut short ({why}): download or export it again.", why=why)
    )


def _chunks(data: bytes, start: int) -> tuple[int, int, list[tuple[bytes, bool]]]:
    """Split a file into type, time division, and the tracks' bytes, each with whether it was cut.

    Chunks that are not tracks are skipped, as are bytes after the last track.
    """
    if len(data) < start + 14:
        raise _cut_short(_("its header is not complete"))
    size, kind, promised, division = struct.unpack_from(">IHHh", data, start + 4)
    if not 6 <= size <= 1024:
        raise MidiError(
            _(
                "The header of this MIDI file is damaged ({size} bytes long): get it anew.",
                size=size,
            )
        )
    position = start + 8 + size
    tracks: list[tuple[bytes, bool]] = []
    others = 0  # some writers count these as tracks
    while position + 8 <= len(data):
        name, size = struct.unpack_from(">4sI", data, position)
        end = position + 8 + size
        if cut := end > len(data):  # a wrong length, or the end of a file cut short
            following = data.find(b"MTrk", position + 8)
            end = following if following > 0 else len(data)
        if name == b"MThd":
            break  # a second file after the first
        if name == b"MTrk" and not (cut and len(tracks) >= promised):
            tracks.append((data[position + 8 : end], cut))
            if len(tracks) > MAX_TRACKS:
                raise MidiError(
                    _(
                        "This MIDI file has more than {limit} tracks, the limit here: "
                        "choose a simpler one.",
                        limit=MAX_TRACKS,
                    )
                )
        elif not cut and name.isalnum():
            others += 1
        position = end
    if len(tracks) + others < promised:
        raise _cut_short(
            _("it promises {promised} tracks and holds {held}", promised=promised, held=len(tracks))
        )
    return kind, division, tracks


def _units_per_tick(division: int, warnings: list[str]) -> Fraction:
    """Compute the length of one of the file's ticks in units of 1/480 beat."""
    if division > 0:
        return Fraction(RESOLUTION, division)
    frames, ticks = -(division >> 8), division & 0xFF  # SMPTE: frames a second, ticks a frame
    if not (division and frames and ticks):
        raise MidiError(
            _("This MIDI file has a time base of 0, so nothing has a time: get it anew.")
        )
    warnings.append(
        _("The file is timed in film frames rather than beats; half a second is taken as a beat.")
    )
    rate = Fraction(30_000, 1_001) if frames == 29 else Fraction(frames)
    return RESOLUTION * 2 / (rate * ticks)


# ---------------------------------------------------------------- events of one track


@dataclass
class _Part:
    """The clean events of one track chunk, times in units from its start."""

    name: str = ""
    events: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(unit, channel, pitch, velocity), sorted by unit; velocity 0 ends a note."""
    programs: dict[int, int] = field(default_factory=dict)
    """By channel: the instrument in force at its first note, else its first."""
    tempos: list[tuple[int, int]] = field(default_factory=list)
    """(unit, microseconds a beat)"""
    n_notes: int = 0
    damaged: bool = False


class _Damaged(Exception):
    """Raised where the bytes of a track cannot be read."""


def _events(chunk: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (tick, status, data) of a track; data of meta events (status 0xFF) begin with the type.

    Raises ``_Damaged`` where an event cannot be read or goes past the end.
    """
    position, tick, running = 0, 0, 0
    while position < len(chunk):
        delta, position = _variable_length(chunk, position)
        tick += delta
        if position == len(chunk):
            raise _Damaged
        status, lead = running, b""
        if chunk[position] >= 0x80:
            status = chunk[position]
            position += 1
        if status in (0xF0, 0xF7):  # system exclusive, whole or continued
            size, position = _variable_length(chunk, position)
        elif status == 0xFF:
            lead = chunk[position : position + 1]
            size, position = _variable_length(chunk, position + 1)
        elif status >= 0xF0:  # not allowed in files, yet found in some
            size = {0xF1: 1, 0xF2: 2, 0xF3: 1}.get(status, 0)
        elif status >= 0x80:
            running = status  # kept past system and meta events: writers rely on it
            size = 1 if 0xC0 <= status < 0xE0 else 2
        else:
            raise _Damaged  # data before any status
        data = chunk[position : position + size]
        if len(data) < size:
            raise _Damaged
        position += size
        yield tick, status, lead + data


def _variable_length(chunk: bytes, position: int) -> tuple[int, int]:
    """Read a MIDI number of at most four bytes, 7 bits each, and the position after it."""
    value = 0
    for index in range(position, min(position + 4, len(chunk))):
        byte = chunk[index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, index + 1
    raise _Damaged


def _read_part(
    chunk: bytes, number: int, cut: bool, units_per_tick: Fraction, warnings: list[str]
) -> _Part:
    """Keep a track's notes, programs and tempos, and end every note that has no end."""
    part = _Part()
    up, down = units_per_tick.as_integer_ratio()
    sounding: dict[tuple[int, int], list[int]] = {}  # (channel, pitch): onsets not ended yet
    onsets_in: dict[int, list[int]] = {}  # channel: all its onsets
    names: dict[int, str] = {}
    unit, ended = 0, False
    try:
        for tick, status, data in _events(chunk):
            unit = (2 * tick * up + down) // (2 * down)
            kind, channel = status & 0xF0, status & 0x0F
            if kind in (0x80, 0x90) and data[0] < 128:
                if unit > MAX_BEATS * RESOLUTION:
                    raise MidiError(
                        _(
                            "This MIDI file has a note {beats:,} beats in, past the limit of "
                            "{limit:,}: its time stamps are damaged or it is too long.",
                            beats=unit // RESOLUTION,
                            limit=MAX_BEATS,
                        )
                    )
                key = channel, data[0]
                if kind == 0x90 and data[1]:
                    sounding.setdefault(key, []).append(unit)
                    part.events.append((unit, *key, min(data[1], 127)))
                    part.n_notes += 1
                    onsets_in.setdefault(channel, []).append(unit)
                elif onsets := sounding.pop(key, None):
                    again = [onset for onset in onsets if onset == unit]
                    if again and len(again) < len(onsets):
                        sounding[key] = again  # ends the old note, not the new
                    # pretty_midi loses notes of no length: end them a unit later
                    part.events.append((unit + (len(again) == len(onsets)), *key, 0))
            elif kind == 0xC0 and data[0] < 128:
                if channel not in onsets_in:
                    part.programs[channel] = data[0]
                part.programs.setdefault(channel, data[0])
            elif status == 0xFF:
                meta, body = data[0], data[1:]
                if meta == 0x51 and len(body) == 3:
                    part.tempos.append((unit, int.from_bytes(body)))
                elif meta in (0x03, 0x04):  # track name, instrument name
                    names.setdefault(meta, _text(body))
                elif meta == 0x2F:
                    ended = True
                    break
    except _Damaged:
        part.damaged = True
        if not cut:
            warnings.append(
                _(
                    "Track {number} of the file is damaged {beats} beats in; "
                    "what comes before is kept.",
                    number=number,
                    beats=unit // RESOLUTION,
                )
            )
    if cut and not ended:
        raise _cut_short(_("track {number} stops in the middle", number=number))
    for (channel, pitch), onsets in sounding.items():
        end = _natural_end(onsets[-1], onsets_in[channel], unit)
        part.events.append((end, channel, pitch, 0))
    part.events.sort(key=itemgetter(0))
    part.name = names.get(0x03) or names.get(0x04) or ""
    return part


def _natural_end(onset: int, onsets: list[int], track_end: int) -> int:
    """Where to end a note the file never ends: at its channel's next onset.

    The last one lasts to the end of its track, at most a bar, or a beat if that is now.
    """
    later = bisect_right(onsets, onset)
    if later < len(onsets):
        return onsets[later]
    return min(track_end, onset + 4 * RESOLUTION) if track_end > onset else onset + RESOLUTION


def _text(raw: bytes) -> str:
    """A name in whatever encoding, made fit to print on one line."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:60]


def _tempo(parts: list[_Part], kind: int, division: int, warnings: list[str]) -> float:
    """Beats a minute at the median beat of the music."""
    if division < 0:
        return 120.0
    maps = [part.tempos for part in parts if part.tempos]
    if kind == 2:
        maps = maps[:1]  # patterns keep their own time: they share no tempo map
    found = sorted((change for tempos in maps for change in tempos), key=itemgetter(0))
    changes = [(unit, micros) for unit, micros in found if micros]
    if len(changes) < len(found):
        warnings.append(_("The file gives a tempo of 0 somewhere; that is ignored."))
    if not changes:
        warnings.append(_("The file gives no usable tempo; 120 beats a minute is taken."))
        return 120.0
    end = max(part.events[-1][0] for part in parts if part.events)
    starts = [min(unit, end) for unit, _ in changes]
    lengths = np.diff([*starts, end])
    lengths[0] += starts[0]  # music before the first tempo is taken at that tempo
    order = np.argsort([micros for _, micros in changes], kind="stable")
    passed = np.cumsum(lengths[order])
    median = order[np.searchsorted(passed, passed[-1] / 2)]
    tempo = round(6e7 / changes[median][1], 2)
    low, high = TEMPO_RANGE
    if not low <= tempo <= high:
        nearest = low if tempo < low else high
        warnings.append(
            _(
                "The tempo of {tempo:,g} beats a minute is brought to {nearest:g}.",
                tempo=tempo,
                nearest=nearest,
            )
        )
        return nearest
    return tempo


# ---------------------------------------------------------------- tracks and the melody

_LEAD = re.compile(r"solo|melod|lead|vocal|voice|sing|sax|trumpet|flute|clarinet|theme", re.I)
_BACKING = re.compile(
    r"\b(bass(?!oon)|chord|comp(ing)?\b|accomp|pad|strings|rhythm|backing|harmon(?!ica)|left|lh\b"
    r"|click|metronome)|drum|perc",
    re.I,
)
_LEAD_PROGRAMS = {40, 41, 42, *range(52, 55), *range(56, 61), *range(64, 88)}
_BACKING_PROGRAMS = {*range(32, 40), *range(44, 52), *range(88, 104), *range(112, 128)}


def _tracks(parts: list[_Part]) -> tuple[tuple[Track, ...], tuple[np.ndarray, ...]]:
    """Describe every instrument that plays, and list its notes (n, 3): start, end, pitch.

    Times are grid ticks; rows are sorted by start, the highest note first.
    """
    import mido
    import pretty_midi

    fallback: dict[int, int] = {}  # programs set by a track that plays no notes itself
    for part in parts:
        for channel, program in part.programs.items():
            fallback.setdefault(channel, program)
    file = mido.MidiFile(ticks_per_beat=RESOLUTION)
    for part in parts:
        if not part.events:
            continue
        track = file.add_track(part.name)
        for channel in sorted({event[1] for event in part.events}):
            program = part.programs.get(channel, fallback.get(channel, 0))
            track.append(mido.Message("program_change", channel=channel, program=program))
        now = 0
        for unit, channel, pitch, velocity in part.events:
            track.append(
                mido.Message(
                    "note_on", channel=channel, note=pitch, velocity=velocity, time=unit - now
                )
            )
            now = unit
    # No tempo goes in, so pretty_midi counts 120 beats a minute and seconds are beats / 2.
    instruments = pretty_midi.PrettyMIDI(mido_object=file).instruments
    tracks, notes = [], []
    for index, instrument in enumerate(instruments):
        seconds = np.array([(note.start, note.end) for note in instrument.notes])
        units = np.rint(seconds * 2 * RESOLUTION).astype(int)
        ticks = (units + UNITS_PER_TICK // 2) // UNITS_PER_TICK
        ticks[:, 1] = np.maximum(ticks[:, 1], ticks[:, 0] + 1)
        pitches = np.array([note.pitch for note in instrument.notes])
        order = np.lexsort((-pitches, ticks[:, 0]))
        notes.append(np.column_stack((ticks, pitches))[order])
        tracks.append(_describe(index, instrument, notes[-1]))
    return tuple(tracks), tuple(notes)


def _describe(index: int, instrument: pretty_midi.Instrument, notes: np.ndarray) -> Track:
    """Describe a track, and score how likely it is the melody."""
    import pretty_midi

    starts, ends, pitches = notes.T
    reach = np.maximum.accumulate(ends)
    overlap = np.minimum(reach[:-1], ends[1:]) - starts[1:]
    covered = 2 * overlap > (ends - starts)[1:]
    polyphony = float(covered.sum() / len(notes))
    program = int(instrument.program)
    program_name = pretty_midi.program_to_instrument_name(program)
    if instrument.is_drum:
        program_name = "Drums"
    in_register = np.interp(pitches.mean(), (40, 60, 84, 100), (0, 1, 1, 0.3))
    score = (
        2.0 * (1 - polyphony)
        + 2.0 * min(1.0, np.log2(len(notes)) / 7)  # full marks from 128 notes
        + 1.0 * min(1.0, len(np.unique(pitches)) / 12)
        + 1.0 * in_register
        + 2.0 * (bool(_LEAD.search(instrument.name)) - bool(_BACKING.search(instrument.name)))
        + 0.5 * ((program in _LEAD_PROGRAMS) - (program in _BACKING_PROGRAMS))
    )
    return Track(
        index=index,
        name=instrument.name or program_name,
        program=program,
        program_name=program_name,
        is_drum=bool(instrument.is_drum),
        n_notes=len(notes),
        beats=float((ends.max() - starts[0]) / TICKS_PER_BEAT),
        mean_pitch=float(pitches.mean()),
        polyphony=polyphony,
        score=0.0 if instrument.is_drum else float(score),
    )


def _best_melody(
    tracks: tuple[Track, ...], notes: tuple[np.ndarray, ...], tempo: float, title: str
) -> tuple[int, list[MidiError]]:
    """Find the most melody-like track that can be used, and the errors of tracks too long."""
    pitched = [track for track in tracks if not track.is_drum]
    if not pitched:
        raise MidiError(_("This MIDI file holds drums only: choose one with a melody in it."))
    errors = []
    for track in sorted(pitched, key=lambda track: -track.score):
        try:
            _melody(tracks, notes, track.index, tempo, title)
        except MidiError as error:
            errors.append((track, error))
        else:
            return track.index, [e for t, e in errors if t.n_notes > MAX_NOTES]
    raise errors[0][1]


def _melody(
    tracks: tuple[Track, ...], notes: tuple[np.ndarray, ...], index: int, tempo: float, title: str
) -> Melody:
    """Reduce one track to a melody; raise a ``MidiError`` that says why it cannot be one."""
    if not 0 <= index < len(tracks):
        raise MidiError(
            _(
                "There is no track {index} in this file: choose one from 0 to {last}.",
                index=index,
                last=len(tracks) - 1,
            )
        )
    track = tracks[index]
    if track.is_drum:
        raise MidiError(
            _(
                'The track "{track}" is drums, which have no melody: choose another.',
                track=track.name,
            )
        )
    tokens = _skyline(notes[index])
    count = sum(token.pitch is not None for token in tokens)
    if count < 2:
        raise MidiError(
            _(
                'The track "{track}" has only one note to its melody: choose one with at least 2.',
                track=track.name,
            )
        )
    if count > MAX_NOTES:
        raise MidiError(
            _(
                'The track "{track}" has {count:,} notes in its melody and the limit is '
                "{limit:,}: choose another track or a shorter file.",
                track=track.name,
                count=count,
                limit=MAX_NOTES,
            )
        )
    return Melody(tokens, tempo, " · ".join(filter(None, (title, track.name))))


def _skyline(notes: np.ndarray) -> tuple[Token, ...]:
    """Take the top line of notes (n, 3), sorted by start, highest first; rests fill the gaps.

    A note under a higher note is left out if the higher note covers more than half of it. A
    shorter overlap is how players join notes, and a falling line must keep its notes.
    """
    line: list[tuple[int, int, int]] = []
    for start, end, pitch in notes.tolist():
        if line:
            before, until, top = line[-1]
            if start == before:
                continue  # a lower note of the same chord
            if pitch < top and 2 * (min(until, end) - start) > end - start:
                continue
            line[-1] = before, min(until, start), top
        line.append((start, end, pitch))
    tokens: list[Token] = []
    now = line[0][0]
    for start, end, pitch in line:
        if start > now:
            tokens.append(Token(None, start - now))
        tokens.append(Token(pitch, end - start))
        now = end
    return tuple(tokens)
