"""Music in and out: MIDI files, melodies on a beat grid, tokens, one-hot windows."""

from .band import arrange
from .events import MAX_BEATS, MAX_BYTES, MidiError
from .harmony import BAR, QUALITIES, harmonise
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
from .midi import MAX_NOTES, Song, Track, read_midi, write_midi
from .tokens import Vocabulary, largest_Tx, one_hot, windows
