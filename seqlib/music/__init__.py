"""Music in and out: MIDI files, melodies on a beat grid, tokens, one-hot windows."""

from .band import QUALITIES, arrange
from .harmony import BAR, harmonise
from .melody import (
    PITCH_NAMES,
    TICKS_PER_BEAT,
    Arrangement,
    Chord,
    Melody,
    Sound,
    Token,
    beats_text,
    pitch_name,
)
from .metre import Metre
from .midi import (
    MAX_BEATS,
    MAX_BYTES,
    MAX_NOTES,
    MidiError,
    Song,
    Track,
    read_midi,
    write_midi,
)
from .tokens import Vocabulary, largest_Tx, one_hot, windows

__all__ = [
    "BAR",
    "MAX_BEATS",
    "MAX_BYTES",
    "MAX_NOTES",
    "PITCH_NAMES",
    "QUALITIES",
    "TICKS_PER_BEAT",
    "Arrangement",
    "Chord",
    "Melody",
    "Metre",
    "MidiError",
    "Song",
    "Sound",
    "Token",
    "Track",
    "Vocabulary",
    "arrange",
    "beats_text",
    "harmonise",
    "largest_Tx",
    "one_hot",
    "pitch_name",
    "read_midi",
    "windows",
    "write_midi",
]
