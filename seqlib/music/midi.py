"""Read melodies from MIDI files, and write them.

Reading goes: bytes → chunks → events → notes → one voice on the beat grid (``voice``). Events are
read here because mido, with which pretty_midi reads, refuses a whole file for one odd key
signature or system message, and drops the time before any meta event it does not know.

Positions come from MIDI ticks, never from seconds, so tempo changes leave the grid alone.
"""

from __future__ import annotations

import os
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np

from seqlib.i18n import N_, InputError, Later, _

from .melody import Arrangement, Melody, Token
from .metre import COMMON_TIME, TICKS_PER_BEAT, Metre
from .names import decoded, encoding_of
from .voice import RESOLUTION, UNITS, top_line, voice_of

MAX_BYTES = 1_000_000
MAX_TRACKS = 256
MAX_NOTES = 5_000  # in the melody
MAX_TOKENS = 1_500  # different ones in the melody: what a model can learn
MAX_FILE_NOTES = 50_000  # in all tracks together; keeps reading under a few seconds
MAX_BEATS = 4_000
MOST_TRIED = 100  # tracks that are reduced in search of the melody, the likeliest first
TEMPO_RANGE = (20.0, 400.0)  # beats a minute

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


class MidiError(InputError):
    """Raised for a file or track that cannot be used; the message is one sentence."""


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
    data, title = _load(source)
    warnings: list[Later] = []
    kind, division, chunks = _chunks(data, _header_position(data, warnings))
    units_per_tick = _units_per_tick(division, warnings)
    parts = [
        _read_part(body, number, cut, units_per_tick, warnings)
        for number, (body, cut) in enumerate(chunks, start=1)
    ]
    _check_notes(parts)
    _hold(parts, kind)
    tempo = _tempo(parts, kind, division, warnings)
    tracks, notes = _tracks(parts)
    metres = _metres(parts, kind, division, warnings)
    literal = any(LITERAL.encode() in part.texts for part in parts)
    tick = 0.0 if literal else max(1.0, float(units_per_tick))
    file = _Source(tracks, notes, metres, tick, tempo, title)
    best, skipped = _best_melody(file)
    file = replace(file, remarks=(*warnings, *skipped))
    chosen = best if track is None else track
    melody, remarks = file.melody(chosen)
    return Song(tracks, best, chosen, melody, tempo, title, file.remarks + remarks, file)


def _check_notes(parts: list[_Part]) -> None:
    if (total := sum(part.n_notes for part in parts)) > MAX_FILE_NOTES:
        raise MidiError(
            "This MIDI file has {total:,} notes and the limit is {limit:,}: "
            "choose a shorter or simpler file.",
            total=total,
            limit=MAX_FILE_NOTES,
        )
    if not total:
        if any(part.damaged for part in parts):
            raise MidiError("This MIDI file is damaged: choose one with a melody.")
        raise MidiError("This MIDI file has no notes in it: choose one with a melody.")


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
        (start * UNITS, (start + token.ticks) * UNITS, token.pitch, (start + token.ticks) * UNITS)
        for start, token in zip(melody.edges, melody.tokens, strict=False)
        if token.pitch is not None
    ]
    if not notes:
        return True
    literal, read = (voice_of(np.array(notes), melody.metres, tick) for tick in (0, 1))
    return literal.tokens == read.tokens


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
                'There is no file "{name}": check its name and folder.', name=name
            ) from None
        except (OSError, ValueError):  # ValueError: a path with a NUL in it
            raise MidiError(
                'The file "{name}" cannot be opened: check that it is a file you may read.',
                name=name,
            ) from None
    if len(data) > MAX_BYTES:
        raise MidiError(
            "This file is larger than {limit:g} MB, the limit for a MIDI file here: "
            "choose a smaller one.",
            limit=MAX_BYTES / 1e6,
        )
    return data, Path(name).stem if isinstance(name, str) else ""


def _header_position(data: bytes, warnings: list[Later]) -> int:
    """Find the offset of the MIDI header; raise a ``MidiError`` that says what else the file is."""
    if data.startswith(b"MThd"):
        return 0
    if not data.strip(b"\0"):
        raise MidiError("This file is empty: download or export it again.")
    position = data.find(b"MThd\0\0\0\6", 0, 4096)
    if data.startswith(b"RIFF") and data[8:12] == b"RMID" and position > 0:
        return position
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for starts, what, advice in _LOOKS:
        if head.startswith(starts):
            raise MidiError(
                "This file is {what}, not MIDI: {advice}.", what=Later(what), advice=Later(advice)
            )
    if position > 0:
        warnings.append(
            Later("The file starts with {n} bytes that are not MIDI; skipped.", {"n": position})
        )
        return position
    if len(data) < 4 and b"MThd".startswith(data):
        raise _cut_short(Later("it has only {n} bytes", {"n": len(data)}))
    try:
        is_text = data.decode().replace("\n", "").replace("\r", "").replace("\t", "").isprintable()
    except UnicodeDecodeError:
        is_text = False
    what = N_("a text file, not MIDI") if is_text else N_("not MIDI, whatever its name says")
    raise MidiError(
        "This file is {what}: choose a file saved or exported as .mid.", what=Later(what)
    )


def _cut_short(why: Later) -> MidiError:
    return MidiError("This MIDI file is cut short ({why}): download or export it again.", why=why)


def _chunks(data: bytes, start: int) -> tuple[int, int, list[tuple[bytes, bool]]]:
    """Split a file into type, time division, and the tracks' bytes, each with whether it was cut.

    Chunks that are not tracks are skipped, as are bytes after the last track.
    """
    if len(data) < start + 14:
        raise _cut_short(Later("its header is not complete"))
    size, kind, promised, division = struct.unpack_from(">IHHh", data, start + 4)
    if not 6 <= size <= 1024:
        raise MidiError(
            "The header of this MIDI file is damaged ({size} bytes long): get it anew.", size=size
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
                    "This MIDI file has more than {limit} tracks, the limit here: "
                    "choose a simpler one.",
                    limit=MAX_TRACKS,
                )
        elif not cut and name.isalnum():
            others += 1
        position = end
    if len(tracks) + others < promised:
        counts = {"promised": promised, "held": len(tracks)}
        raise _cut_short(Later("it promises {promised} tracks and holds {held}", counts))
    return kind, division, tracks


def _units_per_tick(division: int, warnings: list[Later]) -> Fraction:
    """Compute the length of one of the file's ticks in units of 1/480 beat."""
    if division > 0:
        return Fraction(RESOLUTION, division)
    frames, ticks = -(division >> 8), division & 0xFF  # SMPTE: frames a second, ticks a frame
    if not (division and frames and ticks):
        raise MidiError("This MIDI file has a time base of 0, so nothing has a time: get it anew.")
    warnings.append(
        Later(
            "The file is timed in film frames rather than beats; half a second is taken as a beat."
        )
    )
    rate = Fraction(30_000, 1_001) if frames == 29 else Fraction(frames)
    return RESOLUTION * 2 / (rate * ticks)


# ---------------------------------------------------------------- events of one track


@dataclass
class _Part:
    """The notes of one track chunk and what goes with them, times in units from its start."""

    notes: dict[int, list[list[int]]] = field(default_factory=dict)
    """By channel: [start, end, pitch, end with the pedal], sorted by start"""
    texts: list[bytes] = field(default_factory=list)
    names: dict[int, bytes] = field(default_factory=dict)
    """By kind of meta event, 3 or 4: the first one"""
    programs: dict[int, int] = field(default_factory=dict)
    """By channel: the instrument in force at its first note, else its first."""
    pedal: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    """By channel: (unit, down?)"""
    end: int = 0
    tempos: list[tuple[int, int]] = field(default_factory=list)
    """(unit, microseconds a beat)"""
    metres: list[tuple[int, int, int]] = field(default_factory=list)
    """(unit, beats, power of two of the unit)"""
    damaged: bool = False

    @property
    def n_notes(self) -> int:
        return sum(map(len, self.notes.values()))


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
    chunk: bytes,
    number: int,
    cut: bool,
    units_per_tick: Fraction,
    warnings: list[Later],
) -> _Part:
    """Keep a track's notes, programs, tempos and metres, and end every note that has no end."""
    part = _Part()
    up, down = units_per_tick.as_integer_ratio()
    sounding: dict[tuple[int, int], list[list[int]]] = {}  # (channel, pitch): not ended yet
    unit, ended = 0, False
    try:
        for tick, status, data in _events(chunk):
            unit = (2 * tick * up + down) // (2 * down)
            kind, channel = status & 0xF0, status & 0x0F
            if kind in (0x80, 0x90) and data[0] < 128:
                _note_event(part, sounding, unit, channel, data[0], kind == 0x90 and data[1] > 0)
            elif kind == 0xB0 and data[0] == 64:
                part.pedal.setdefault(channel, []).append((unit, data[1] >= 64))
            elif kind == 0xC0 and data[0] < 128:
                if channel not in part.notes:
                    part.programs[channel] = data[0]
                part.programs.setdefault(channel, data[0])
            elif status == 0xFF:
                if ended := data[0] == 0x2F:
                    break
                _meta_event(part, unit, data[0], data[1:])
    except _Damaged:
        part.damaged = True
        if not cut:
            warnings.append(
                Later(
                    "Track {number} of the file is damaged {beats} beats in; "
                    "what comes before is kept.",
                    {"number": number, "beats": unit // RESOLUTION},
                )
            )
    if cut and not ended:
        raise _cut_short(Later("track {number} stops in the middle", {"number": number}))
    for (channel, _pitch), notes in sounding.items():
        onsets = [note[0] for note in part.notes[channel]]
        for note in notes:
            note[1] = _natural_end(notes[-1][0], onsets, unit)
    part.end = unit
    return part


def _note_event(
    part: _Part,
    sounding: dict[tuple[int, int], list[list[int]]],
    unit: int,
    channel: int,
    pitch: int,
    begins: bool,
) -> None:
    """Begin a note, or end the notes of a pitch that began before."""
    if unit > MAX_BEATS * RESOLUTION:
        raise MidiError(
            "This MIDI file has a note {beats:,} beats in, past the limit of "
            "{limit:,}: its time stamps are damaged or it is too long.",
            beats=unit // RESOLUTION,
            limit=MAX_BEATS,
        )
    key = channel, pitch
    if begins:
        note = [unit, unit, pitch, unit]
        sounding.setdefault(key, []).append(note)
        part.notes.setdefault(channel, []).append(note)
    elif notes := sounding.pop(key, None):
        again = [note for note in notes if note[0] == unit]
        if again and len(again) < len(notes):
            sounding[key] = again  # ends the old note, not the new
        for note in notes:
            note[1] = unit


def _meta_event(part: _Part, unit: int, kind: int, body: bytes) -> None:
    """Keep a tempo, a metre or a text."""
    if kind == 0x51 and len(body) == 3:
        part.tempos.append((unit, int.from_bytes(body)))
    elif kind == 0x58:
        part.metres.append((unit, *(body[:2] if len(body) > 1 else b"\0\0")))
    elif 0x01 <= kind <= 0x07:
        part.texts.append(body)
        if kind in (0x03, 0x04):  # track name, instrument name
            part.names.setdefault(kind, body)


def _hold(parts: list[_Part], kind: int) -> None:
    """Enter where the sustain pedal lets each note end.

    Two hands on two tracks have one pedal: it holds all notes of its channel and instrument.
    """
    pedals: dict[tuple[int, ...], list[tuple[int, bool]]] = {}

    def key(place: int, channel: int) -> tuple[int, ...]:
        program = parts[place].programs.get(channel, -1)
        return (channel, program) if kind == 1 else (place, channel)

    for place, part in enumerate(parts):
        for channel, events in part.pedal.items():
            pedals.setdefault(key(place, channel), []).extend(events)
    end = max(part.end for part in parts)
    lifted: dict[tuple[int, ...], list[int]] = {}  # when it goes up after each of its events
    for name, events in pedals.items():
        events.sort()
        until, lifted[name] = end, []
        for unit, down in reversed(events):
            until = until if down else unit
            lifted[name].append(until)
    for place, part in enumerate(parts):
        for channel, notes in part.notes.items():
            events = pedals.get(name := key(place, channel), [])
            for note in notes:
                at = bisect_right(events, (note[1], True)) - 1
                note[3] = max(note[1], lifted[name][~at] if at >= 0 and events[at][1] else 0)


def _natural_end(onset: int, onsets: list[int], track_end: int) -> int:
    """Where to end a note the file never ends: at its channel's next onset.

    The last one lasts to the end of its track, at most a bar, or a beat if that is now.
    """
    later = bisect_right(onsets, onset)
    if later < len(onsets):
        return onsets[later]
    return min(track_end, onset + 4 * RESOLUTION) if track_end > onset else onset + RESOLUTION


def _shared(parts: list[_Part], kind: int, what: str) -> list[tuple[int, ...]]:
    """Collect the file's tempos or metres in order; the patterns of type 2 keep their own."""
    maps = [found for part in parts if (found := getattr(part, what))]
    if kind == 2:
        maps = maps[:1]
    return sorted((change for found in maps for change in found), key=itemgetter(0))


def _tempo(parts: list[_Part], kind: int, division: int, warnings: list[Later]) -> float:
    """Beats a minute at the median beat of the music."""
    if division < 0:
        return 120.0
    found = _shared(parts, kind, "tempos")
    changes = [(unit, micros) for unit, micros in found if micros]
    if len(changes) < len(found):
        warnings.append(Later("The file gives a tempo of 0 somewhere; that is ignored."))
    if not changes:
        warnings.append(Later("The file gives no usable tempo; 120 beats a minute is taken."))
        return 120.0
    end = max(note[1] for part in parts for notes in part.notes.values() for note in notes)
    starts = [min(unit, end) for unit, _ in changes]
    lengths = np.diff([*starts, end])
    lengths[0] += starts[0]  # music before the first tempo is taken at that tempo
    order = np.argsort([micros for _, micros in changes], kind="stable")
    passed = np.cumsum(lengths[order])
    median = order[np.searchsorted(passed, passed[-1] / 2)]
    played = round(6e7 / changes[median][1], 2)
    tempo = float(np.clip(played, *TEMPO_RANGE))
    if tempo != played:
        warnings.append(
            Later(
                "The tempo of {tempo:,g} beats a minute is brought to {nearest:g}.",
                {"tempo": played, "nearest": tempo},
            )
        )
    heard = [6e7 / micros for (_, micros), length in zip(changes, lengths, strict=True) if length]
    if heard and max(heard) > 1.03 * min(heard):
        warnings.append(
            Later(
                "The tempo changes between {low:.0f} and {high:.0f}; here it stays at {tempo:.0f}.",
                {"low": min(heard), "high": max(heard), "tempo": tempo},
            )
        )
    return tempo


def _metres(
    parts: list[_Part], kind: int, division: int, warnings: list[Later]
) -> tuple[Metre, ...]:
    """List the file's metres from tick 0 on; a short first bar is an upbeat to the next metre."""
    found: list[Metre] = [COMMON_TIME]
    all_metres = _shared(parts, kind, "metres") if division > 0 else []
    usable = [(unit, beats, power) for unit, beats, power in all_metres if beats and power < 8]
    if len(usable) < len(all_metres):
        warnings.append(Later("The file gives a metre without beats somewhere; it is ignored."))
    for unit, beats, power in usable:
        metre = Metre(round(unit / UNITS), beats, 2**power)
        if metre.start == found[-1].start:
            found.pop()
        if not found or metre[1:] != found[-1][1:]:
            found.append(metre)
    if len(found) > 1:
        first, second = found[:2]
        if second.start - first.start == first.bar < second.bar:
            found[:2] = [second._replace(start=second.start - second.bar)]
    return tuple(found)


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
        _check_tokens(voice.tokens, track.name)
        name = " · ".join(filter(None, (self.title, track.name)))
        melody = Melody(voice.tokens, self.tempo, name, voice.metres)
        return melody, (*voice.remarks, *_about_metres(melody.metres))


def _check_tokens(tokens: tuple[Token, ...], track: str) -> None:
    """Raise a ``MidiError`` if a track's melody is too short, too long or too various."""
    count = sum(token.pitch is not None for token in tokens)
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
    if (n := len(set(tokens))) > MAX_TOKENS:
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


def _tracks(parts: list[_Part]) -> tuple[tuple[Track, ...], tuple[np.ndarray, ...]]:
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
