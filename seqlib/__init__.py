"""See what an LSTM does: every gate and state, on one clock with the notes or words it reads.

What a notebook needs, by name; everything else stands in the modules these come from.

    default_corpus   the corpus composed for this project, as melodies and tokens
    read_midi        a MIDI file, checked and explained; ``write_midi`` writes one
    corpus_of        a corpus made of one's own MIDI file
    windows          one-hot X (m, Tx, n_values) and Y (Ty, m, n_values), cut out of a corpus
    RunSettings      how to train: epochs, m, Tx, n_a, learning rate, seed
    TrainingRun      the jazz model learning in the background; a notebook shows its loss
    JazzWeights      the cell and the densor as five arrays; ``.trace(X)`` keeps every gate
    load_jazz        the shipped weights: "untrained", "early" or "good"
    sample           let the weights write a solo
    LSTMWeights      three arrays of any LSTM; also ``LSTMWeights.of(keras_layer)``
    forward          run an LSTM over a sequence and keep every gate
    Trace            what ``forward`` gives: x, i, f, g, o, c, h; a notebook shows its states
    load_vectors     word vectors: those that are shipped, or those of a file
    load_emojify     the shipped ``Emojify_V2`` and its baseline, for ``load_vectors()``
    Stage            lanes over one clock, with sound; a notebook shows it playing
    solo_stage       the stage of what ``sample`` wrote: notes, states, softmax, the band

Importing ``seqlib`` imports none of it: each name is fetched when it is first used. No
Streamlit anywhere; TensorFlow only where a model is built or trained in Keras.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what _PLACES says, for editors and type checkers
    from seqlib.emojify.pretrained import load as load_emojify
    from seqlib.jazz import JazzWeights
    from seqlib.jazz.corpus import corpus_of, default_corpus
    from seqlib.jazz.pretrained import load as load_jazz
    from seqlib.jazz.sampling import sample
    from seqlib.jazz.training import RunSettings, TrainingRun
    from seqlib.lstm import LSTMWeights, Trace, forward
    from seqlib.music import read_midi, windows, write_midi
    from seqlib.stage import Stage
    from seqlib.stage.jazz import solo_stage
    from seqlib.vectors import load as load_vectors

__version__ = "0.2.0"

# Where a name stands, and what it is called there if that is something else.
_PLACES = {
    "JazzWeights": "seqlib.jazz",
    "LSTMWeights": "seqlib.lstm",
    "RunSettings": "seqlib.jazz.training",
    "Stage": "seqlib.stage",
    "Trace": "seqlib.lstm",
    "TrainingRun": "seqlib.jazz.training",
    "corpus_of": "seqlib.jazz.corpus",
    "default_corpus": "seqlib.jazz.corpus",
    "forward": "seqlib.lstm",
    "load_emojify": "seqlib.emojify.pretrained:load",
    "load_jazz": "seqlib.jazz.pretrained:load",
    "load_vectors": "seqlib.vectors:load",
    "read_midi": "seqlib.music",
    "sample": "seqlib.jazz.sampling",
    "solo_stage": "seqlib.stage.jazz",
    "windows": "seqlib.music",
    "write_midi": "seqlib.music",
}
__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    """Fetch a public name when it is first used, then keep it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _PLACES[name].partition(":")
    value = globals()[name] = getattr(importlib.import_module(module), attribute or name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
