"""Each page's computation as a Jupyter notebook, with what the reader has set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from seqlib.i18n import _, language
from ui.lessons import notebooks
from ui.state import value


class Asked(NamedTuple):
    """Which notebook, and what is filled in."""

    name: str
    settings: dict[str, Any]
    variant: str = ""


def offer(page: str) -> None:
    """A download of the page's notebook, made when it is asked for."""
    keep(page)
    held, speaks = st.session_state[_key(page)], language()

    def make() -> bytes:
        asked = held["asked"]
        return notebooks.as_bytes(
            notebooks.notebook(asked.name, asked.settings, variant=asked.variant, language=speaks)
        )

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Notebook"),
            make,
            f"seqscope-{page}.ipynb",
            "application/x-ipynb+json",
            key=f"notebook_{page}",
            icon=":material/download:",
            on_click="ignore",
            help=_("A Jupyter notebook. Its first cell installs what it needs, or says it."),
        )
        if link := notebooks.colab(held["asked"].name, speaks):
            st.link_button(
                _("Open in Colab"),
                link,
                icon=":material/open_in_new:",
                help=_(
                    "The notebook with the settings that this page begins with. To run it there "
                    "with yours, download it and upload it to Colab."
                ),
            )
        st.caption(
            _("What this page computes, step by step in Python, with the settings as they are now.")
        )


def keep(page: str) -> None:
    """Note what is set now; for fragments, after which the offer is not drawn again."""
    st.session_state.setdefault(_key(page), {})["asked"] = _ASKED[page]()


def _key(page: str) -> str:
    return f"notebook:{page}"


# Pages import only what is theirs, so each of these imports its own page's parts.


def _home() -> Asked:
    from ui.jazz import home

    return Asked("home", {"Ty": home.TY, "temperature": 0.8, "seed": home.SEED})


def _jazz() -> Asked:
    from seqlib.music import largest_Tx
    from ui.jazz import state, train

    run, corpus = train.chosen(), state.corpus()
    settings = {
        "m": run.m,
        "Tx": min(run.Tx, largest_Tx(corpus.sequences)),
        "n_a": run.n_a,
        "epochs": run.epochs,
        "learning_rate": run.learning_rate,
        "train_seed": int(run.seed),
        "melody": state.melody_place() + 1,
        **{
            name: value(name)
            for name in ("method", "temperature", "k", "p", "Ty", "prompt", "seed")
        },
    }
    variant = value("corpus")
    if variant == state.MINE and state.song() is None:
        variant = state.OURS
    if variant == state.MINE:
        (melody,) = corpus.melodies
        tokens = [tuple(token) for token in melody.tokens]
        settings |= {"my_name": corpus.name, "my_tempo": melody.tempo, "my_tokens": tokens}
    return Asked("jazz", settings, variant)


def _emojify() -> Asked:
    from ui.emojify import reading, sentence, state, train

    asked = train.chosen()
    settings = {
        "sentence": reading.typed().strip() or sentence.FIRST,
        "unknown": asked.unknown.value,
        **{
            name: getattr(asked, name)
            for name in (
                "epochs",
                "units",
                "batch_size",
                "maxlen",
                "learning_rate",
                "dropout",
                "mask",
                "trainable",
                "seed",
            )
        },
    }
    variant = state.data_name()
    if variant == state.MINE:
        data = state.data()
        settings["my_classes"] = [tuple(one) for one in data.train.classes]
        for name, part in (("my_train", data.train), ("my_test", data.test)):
            labels = [int(label) for label in part.labels]
            settings[name] = list(zip(part.sentences, labels, strict=True))
    return Asked("emojify", settings, variant)


_CONSTRUCTIONS = {
    "djmodel": "shapes_djmodel",
    "Emojify_V2": "shapes_emojify",
    "pretrained_embedding_layer": "shapes_embedding",
}


def _shapes() -> Asked:
    from seqlib.shapes.constructions import CONSTRUCTIONS

    chosen = CONSTRUCTIONS[value("construction")]
    stem = chosen.name.split("_")[0]
    settings = {dial.name: value(f"{dial.name}_{stem}") for dial in chosen.dials}
    return Asked(_CONSTRUCTIONS[chosen.name], settings)


def _embeddings() -> Asked:
    from seqlib.text import tokenise
    from seqlib.vectors import load
    from ui.embeddings import lookup, state

    shipped, lines = load(), value("sentences").splitlines()
    sentences = [line.strip() for line in lines if tokenise(line)][: lookup.MOST_SENTENCES]
    settings: dict[str, Any] = {"nearest": value("nearest")}
    if sentences:
        settings["sentences"] = sentences
    # The notebook reads the shipped vectors: words of other vectors give way to its own.
    near, _unknown = state.split_known(state.words_of(value("near")), shipped)
    if near:
        settings["near"] = near[0] if len(near) == 1 else near
    step = [value(key).strip() for key in ("a", "b", "c")]
    if all(word and word in shipped for word in step):
        settings |= dict(zip("abc", step, strict=True))
    return Asked("embeddings", settings)


def _cell() -> Asked:
    from seqlib.jazz import pretrained

    model = value("cell_model")
    model = model if model in pretrained.STAGES else "good"  # one's own training stays here
    seed, start = value("cell_seed"), value("hand_from")
    edits = _edits(model, seed, start - 1)
    return Asked("cell", {"model": model, "seed": seed, "step": start, "edits": edits})


def _edits(model: str, seed: int, start: int) -> list[tuple]:
    """The hand in the sandbox as literals."""
    from seqlib.jazz.sampling import sample
    from seqlib.jazz.sandbox import RECIPES, Edit
    from ui.cell import sandbox
    from ui.cell.state import TEMPERATURE, TY
    from ui.jazz.state import shipped

    recipe = RECIPES[value("hand")]
    edits = recipe.at(start)
    if "source" in recipe.needs:
        source = value("hand_source")
        states: tuple[Any, Any] = (0.0, 0.0)
        if source != sandbox.ZEROS:
            trace = sample(shipped(model), TY, temperature=TEMPERATURE, seed=seed).trace
            states = tuple(values[int(source) - 1].tolist() for values in (trace.h, trace.c))
        edits = tuple(
            Edit(what, "hold", value, None, start, True)
            for what, value in zip("ac", states, strict=True)
        )
    elif "gate" in recipe.needs:
        how, key = ("hold", "hand_value") if "value" in recipe.needs else ("scale", "hand_factor")
        unit = value("hand_unit")
        unit = None if unit == sandbox.ALL else int(unit)
        edits = (Edit(value("hand_gate"), how, float(value(key)), unit, start),)
    elif "one unit" in recipe.needs:
        unit = int(value("hand_one"))
        edits = tuple(Edit(what, "hold", 0.0, unit, start) for what in "ca")
    return [(edit.what, edit.how, edit.value, edit.unit, edit.start, edit.once) for edit in edits]


_ASKED: dict[str, Callable[[], Asked]] = {
    "home": _home,
    "jazz": _jazz,
    "emojify": _emojify,
    "shapes": _shapes,
    "embeddings": _embeddings,
    "cell": _cell,
}
