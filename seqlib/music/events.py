"""Read what stands in a MIDI file: its notes, tempos and metres, and who plays them.

Reading goes: bytes → chunks → events → parts. Events are read here because mido, with which
pretty_midi reads, refuses a whole file for one odd key signature or system message, and drops the
time before any meta event it does not know.

Positions come from MIDI ticks, never from seconds, so tempo changes leave the grid alone.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from seqlib import contents
from seqlib.i18n import N_, InputError, Later

from .metre import COMMON_TIME, Metre
from .voice import RESOLUTION, UNITS

MAX_BYTES = 1_000_000
MAX_TRACKS = 256
MAX_FILE_NOTES = 50_000  # in all tracks together; keeps reading under a few seconds
MAX_BEATS = 4_000
TEMPO_RANGE = (20.0, 400.0)  # beats a minute

# What else a file is, where more can be said of it than to choose another.
_ADVICE = {
    contents.PAGE: N_("download the MIDI file itself, not the page around it"),
    contents.XML: N_("export it as MIDI from your notation program"),
    contents.ZIP: N_("unpack it, or export MIDI from your notation program"),
    contents.SOUND: N_("choose a MIDI file, which holds notes rather than sound"),
    contents.LFS: N_("fetch the real file with git lfs pull"),
    contents.ANNEX: N_("fetch the real file with git annex get"),
}


class MidiError(InputError):
    """Raised for a file or track that cannot be used; the message is one sentence."""


@dataclass
class Part:
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


class Events(NamedTuple):
    """A file as it is read: its track chunks, and what holds for all of them.

    ``tick`` is the length of the file's ticks in units of 1/480 beat.
    """

    parts: list[Part]
    tempo: float
    metres: tuple[Metre, ...]
    tick: Fraction


def read_events(data: bytes, warnings: list[Later]) -> Events:
    """Read a file's bytes, and add what was worked around to ``warnings``; raises ``MidiError``."""
    kind, division, chunks = _chunks(data, _header_position(data, warnings))
    tick = _units_per_tick(division, warnings)
    parts = [
        _read_part(body, number, cut, tick, warnings)
        for number, (body, cut) in enumerate(chunks, start=1)
    ]
    _check_notes(parts)
    _hold(parts, kind)
    tempo = _tempo(parts, kind, division, warnings)
    return Events(parts, tempo, _metres(parts, kind, division, warnings), tick)


def load(source: str | os.PathLike | bytes | BinaryIO) -> tuple[bytes, str]:
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


def _check_notes(parts: list[Part]) -> None:
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


def _header_position(data: bytes, warnings: list[Later]) -> int:
    """Find the offset of the MIDI header; raise a ``MidiError`` that says what else the file is."""
    if data.startswith(b"MThd"):
        return 0
    if not data.strip(b"\0"):
        raise MidiError("This file is empty: download or export it again.")
    position = data.find(b"MThd\0\0\0\6", 0, 4096)
    if data.startswith(b"RIFF") and data[8:12] == b"RMID" and position > 0:
        return position
    if what := contents.what(data[: contents.HEAD]):
        advice = _ADVICE.get(what, N_("choose a file saved or exported as .mid"))
        raise MidiError("This file is {what}: {advice}.", what=Later(what), advice=Later(advice))
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
) -> Part:
    """Keep a track's notes, programs, tempos and metres, and end every note that has no end."""
    part = Part()
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
    part: Part,
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


def _meta_event(part: Part, unit: int, kind: int, body: bytes) -> None:
    """Keep a tempo, a metre or a text."""
    if kind == 0x51 and len(body) == 3:
        part.tempos.append((unit, int.from_bytes(body)))
    elif kind == 0x58:
        part.metres.append((unit, *(body[:2] if len(body) > 1 else b"\0\0")))
    elif 0x01 <= kind <= 0x07:
        part.texts.append(body)
        if kind in (0x03, 0x04):  # track name, instrument name
            part.names.setdefault(kind, body)


def _hold(parts: list[Part], kind: int) -> None:
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


def _shared(parts: list[Part], kind: int, what: str) -> list[tuple[int, ...]]:
    """Collect the file's tempos or metres in order; the patterns of type 2 keep their own."""
    maps = [found for part in parts if (found := getattr(part, what))]
    if kind == 2:
        maps = maps[:1]
    return sorted((change for found in maps for change in found), key=itemgetter(0))


def _tempo(parts: list[Part], kind: int, division: int, warnings: list[Later]) -> float:
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
    parts: list[Part], kind: int, division: int, warnings: list[Later]
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
