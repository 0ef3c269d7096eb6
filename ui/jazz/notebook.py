"""What the jazz page's notebook is filled in with."""

from __future__ import annotations

from seqlib.music import largest_Tx
from ui.jazz import sample, state, train, tune
from ui.parts.notebook import Asked
from ui.state import value


def asked() -> Asked:
    """Say which notebook it is, and what is set on the page now."""
    run, corpus = train.chosen(), state.corpus()
    settings = {
        "m": run.m,
        "Tx": min(run.Tx, largest_Tx(corpus.sequences)),
        "n_a": run.n_a,
        "epochs": run.epochs,
        "learning_rate": run.learning_rate,
        "train_seed": int(run.seed),
        "cell": run.cell,
        "stop_at_turn": run.stop_at_turn,
        # By it the held-out melodies are read more or less often.
        "pace": run.pace if run.stop_at_turn else 0,
        "melody": state.melody_place() + 1,
        **{name: value(name) for name in sample.SETTINGS},
    }
    if (start := tune.given()) is not None:
        settings["start"] = start.tolist()
    variant = value("corpus")
    if variant == state.MINE and state.song() is None:
        variant = state.OURS
    if variant == state.MINE:
        (melody,) = corpus.melodies
        settings |= {
            "my_name": corpus.name,
            "my_tempo": melody.tempo,
            "my_tokens": [tuple(token) for token in melody.tokens],
            "my_metres": [tuple(metre) for metre in melody.metres],
        }
    return Asked("jazz", settings, variant)
