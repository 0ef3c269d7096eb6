"""Raw MIDI bytes, for files no library would write."""

from __future__ import annotations

import struct

END = b"\x00\xff\x2f\x00"


def delta(ticks: int) -> bytes:
    """A time difference as MIDI stores it: 7 bits a byte, the last without the high bit."""
    groups = [ticks & 0x7F]
    while ticks := ticks >> 7:
        groups.append(ticks & 0x7F | 0x80)
    return bytes(reversed(groups))


def on(after: int, pitch: int, velocity: int = 80, channel: int = 0) -> bytes:
    return delta(after) + bytes([0x90 | channel, pitch, velocity])


def off(after: int, pitch: int, channel: int = 0) -> bytes:
    return delta(after) + bytes([0x80 | channel, pitch, 0])


def program(number: int, channel: int = 0) -> bytes:
    return b"\x00" + bytes([0xC0 | channel, number])


def meta(after: int, kind: int, data: bytes) -> bytes:
    return delta(after) + bytes([0xFF, kind]) + delta(len(data)) + data


def name(text: str | bytes) -> bytes:
    return meta(0, 0x03, text.encode() if isinstance(text, str) else text)


def tempo(after: int, micros: int) -> bytes:
    """A tempo event: microseconds a beat."""
    return meta(after, 0x51, micros.to_bytes(3))


def notes(pitches, ticks: int = 96, channel: int = 0) -> bytes:
    """Notes of equal length one after the other."""
    return b"".join(on(0, pitch, channel=channel) + off(ticks, pitch, channel) for pitch in pitches)


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack(">I", len(data)) + data


def track(*events: bytes, end: bytes = END) -> bytes:
    return chunk(b"MTrk", b"".join(events) + end)


def header(kind: int, n_tracks: int, division: int) -> bytes:
    """``division`` is ticks a beat; a negative one is SMPTE."""
    return chunk(b"MThd", struct.pack(">HHh", kind, n_tracks, division))


def file(*tracks: bytes, kind: int = 1, division: int = 96) -> bytes:
    """A whole file: one beat is 96 ticks unless told, so a grid tick is 8."""
    return header(kind, len(tracks), division) + b"".join(tracks)


def metre(after: int, beats: int, unit: int) -> bytes:
    """A time signature."""
    return meta(after, 0x58, bytes([beats, unit.bit_length() - 1, 24, 8]))


def pedal(after: int, down: bool, channel: int = 0) -> bytes:
    return delta(after) + bytes([0xB0 | channel, 64, 127 * down])


def played(events, channel: int = 0) -> bytes:
    """Notes given as (start, end, pitch) in ticks, in any order, as events."""
    moments = sorted(
        [(end, 0, pitch) for _start, end, pitch in events]
        + [(start, 1, pitch) for start, _end, pitch in events]
    )
    found, now = b"", 0
    for moment, begins, pitch in moments:
        found += (on if begins else off)(moment - now, pitch, channel=channel)
        now = moment
    return found


def line(tokens, sounds, division: int = 480) -> bytes:
    """A file of one voice: (pitch or None, grid ticks), each note as long as ``sounds`` makes it.

    ``sounds`` maps the written length in the file's ticks to the sounding one.
    """
    events, now = [], 0
    for pitch, length in tokens:
        start = round(now * division / 12)
        if pitch is not None:
            sounding = max(1, round(sounds(length * division / 12)))
            events.append((start, start + sounding, pitch))
        now += length
    return file(track(tempo(0, 500_000), played(events)), division=division)
