"""Training on the emojify page: settings, the run with its live pictures, runs compared."""

from __future__ import annotations

import threading

import streamlit as st

from seqlib import backend
from seqlib import emojify_figures as figures
from seqlib.emojify import EmojifyMetrics, EmojifyRun, EmojifySettings, Lexicon, Unknown
from seqlib.emojify.training import BOUNDS
from seqlib.text import MAX_MAXLEN
from ui import chips, frame, training_panel
from ui import stage as stage_component
from ui.embeddings.state import font
from ui.emojify import read, state
from ui.emojify.stage import reading_stage
from ui.lesson import lesson

RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
RATES_OF_DROPOUT = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
UNITS = (8, 16, 32, 64, 128, 256)
BATCHES = (8, 16, 32, 64, 128, 256, 512)
# How fast to train for those who watch: the label, and epochs a second.
PACES = {"as fast as it goes": 0, "5 epochs a second": 5, "1 epoch a second": 1}
UNKNOWN = {one.value: one for one in Unknown}


def _warm_up() -> None:
    """Whoever sets these is about to train: have TensorFlow there by then."""
    if not backend.is_loaded():
        # Not a daemon: the interpreter must not be taken down in the middle of an import.
        threading.Thread(target=backend.load, name="seqlib-warm").start()


def _choice(name: str, label: str, options: tuple, help: str = "") -> None:
    bound = BOUNDS[name]
    st.select_slider(
        label,
        options,
        type(options[0])(bound.default),
        key=f"emoji_{name}",
        on_change=_warm_up,
        help=help or f"{bound.what.capitalize()}.",
        **state.BOUND,
    )


def settings() -> None:
    """What the next run is trained with."""
    cells = [column for _ in range(3) for column in st.columns(4)]
    with cells[0]:
        bound = BOUNDS["epochs"]
        st.slider(
            "epochs",
            int(bound.low),
            200,
            int(bound.default),
            key="emoji_epochs",
            on_change=_warm_up,
            help="Passes over the sentences.",
            **state.BOUND,
        )
    with cells[1]:
        _choice("learning_rate", "learning rate", RATES)
    with cells[2]:
        _choice("dropout", "dropout", RATES_OF_DROPOUT, "Share dropped after each LSTM.")
    with cells[3]:
        _choice("units", "n_a · units", UNITS, "Units of each LSTM; the exercise has 128.")
    with cells[4]:
        _choice("batch_size", "batch size", BATCHES)
    cells[5].number_input(
        "maxlen",
        0,
        MAX_MAXLEN,
        0,
        key="emoji_maxlen",
        help="Words read of each sentence; 0 takes the longest training sentence.",
        **state.BOUND,
    )
    cells[6].selectbox(
        "unknown words",
        list(UNKNOWN),
        key="emoji_unknown",
        help=". ".join(f"{one.value}: {one.meaning}" for one in Unknown) + ".",
        **state.BOUND,
    )
    cells[7].selectbox(
        "pace",
        list(PACES),
        key="emoji_pace",
        help="Slow training down to watch it; what is learned is the same.",
        **state.BOUND,
    )
    with cells[8]:
        st.number_input(
            "seed",
            0,
            9999,
            0,
            key="emoji_seed",
            help="Draws the first weights, the order of the sentences and the dropout.",
            **state.BOUND,
        )
    with cells[9]:
        st.toggle(
            "mask the padding",
            value=True,
            key="emoji_mask",
            help="Carry the state past row 0 instead of reading it.",
            **state.BOUND,
        )
    with cells[10]:
        st.toggle(
            "train the embedding",
            key="emoji_trainable",
            help="Off: the word vectors stay as they are, as in the exercise.",
            **state.BOUND,
        )


def chosen() -> EmojifySettings:
    """The settings at hand; what is not drawn yet has its default."""
    at = st.session_state

    def of(name: str):
        return at.get(f"emoji_{name}", BOUNDS[name].default)

    return EmojifySettings(
        **{name: int(of(name)) for name in ("epochs", "units", "batch_size", "maxlen")},
        **{name: float(of(name)) for name in ("learning_rate", "dropout")},
        mask=bool(at.get("emoji_mask", True)),
        trainable=bool(at.get("emoji_trainable", False)),
        unknown=UNKNOWN[at.get("emoji_unknown", Unknown.ZERO.value)],
        seed=int(at.get("emoji_seed", 0)),
        pace=PACES[at.get("emoji_pace", next(iter(PACES)))],
    )


def start(owner: str) -> EmojifyRun:
    """A new run with the settings at hand; its model becomes the one that reads."""
    asked, data, vectors = chosen(), state.data(), state.vectors()
    lexicon = Lexicon.of(vectors, asked.unknown)
    run = EmojifyRun(data.train, data.test, lexicon, asked).start(owner)
    state.keep(run, vectors)
    return run


def panel() -> None:
    """Settings, buttons, and what the latest run shows of itself."""
    settings()
    data = state.data()
    st.caption(
        f"{len(data.train):,} training and {len(data.test):,} test sentences, "
        f"{data.train.n_classes} classes, vectors: {chips.plain(state.vectors().name)}. "
        "Other vectors are chosen on the Embeddings page."
    )
    kept = state.latest()
    run = kept.run if kept else None
    training_panel.buttons(run, start, key="emoji_run")
    if run is not None:
        training_panel.live(run, _pictures, _measured)
    compared()


def _measured(run: EmojifyRun) -> list[str]:
    metrics = run.metrics
    best = metrics.best
    return [
        f"loss **{metrics.loss[-1]:.3f}**",
        f"train {metrics.accuracy[-1]:.1%}",
        f"test **{metrics.test_accuracy[-1]:.1%}**",
        f"best {metrics.test_accuracy[best - 1]:.1%} after epoch {best}",
    ]


def _pictures(run: EmojifyRun) -> None:
    metrics, epochs, size = run.metrics, run.settings.epochs, font()
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            figures.by_epoch(
                [("train", metrics.loss), ("test", metrics.test_loss)],
                epochs,
                "loss (nats)",
                font=size,
            ),
            key="emoji_loss",
            alt=f"Loss by epoch: train now {metrics.loss[-1]:.2f}, test "
            f"{metrics.test_loss[-1]:.2f}.",
        )
    with right:
        st.plotly_chart(
            figures.by_epoch(
                [("train", metrics.accuracy), ("test", metrics.test_accuracy)],
                epochs,
                "accuracy",
                share=True,
                font=size,
            ),
            key="emoji_accuracy",
            alt=f"Accuracy by epoch: train now {metrics.accuracy[-1]:.1%}, test "
            f"{metrics.test_accuracy[-1]:.1%}.",
        )
    # Large type needs the whole width for a stage.
    left, right = (st.container() for _ in range(2)) if frame.presenting() else st.columns(2)
    with left:
        _confusion(run, metrics)
    with right:
        _again(run)


def _confusion(run: EmojifyRun, metrics: EmojifyMetrics) -> None:
    counts = metrics.confusion[-1]
    st.markdown(lesson("emojify")["confusion"])
    st.plotly_chart(
        figures.confusion(counts, run.test.classes, font()),
        key="emoji_confusion",
        alt=f"Confusion matrix: {int(counts.trace())} of {int(counts.sum())} test sentences on "
        "the diagonal.",
    )


def _again(run: EmojifyRun) -> None:
    """The typed sentence, read with the weights as they are now."""
    st.markdown(lesson("emojify")["again"])
    snapshot = run.snapshot()
    reading = snapshot.model.read(read.typed())
    label = reading.label
    st.text(
        f"After {snapshot.epoch} epochs: {reading.emoji} {reading.classes[label].name} "
        f"{reading.probabilities[label]:.1%}"
    )
    stage_component.show(
        reading_stage(
            snapshot.model,
            reading,
            ("words", "P", "a2"),
            label=f"The sentence after {snapshot.epoch} epochs",
        ),
        key="emoji_live",
        compact=True,
        presenter=frame.presenting(),
    )


def compared() -> None:
    """All runs of this visit: their curves over each other, their settings in a table."""
    kept = [one for one in state.runs() if one.run.epoch]
    if not kept:
        return
    st.subheader("Runs", anchor="runs")
    st.markdown(lesson("emojify")["runs"])
    metrics = {one.name: one.run.metrics for one in kept}
    longest = max(one.run.settings.epochs for one in kept)
    st.plotly_chart(
        figures.by_epoch(
            [(name, found.test_accuracy) for name, found in metrics.items()],
            longest,
            "test accuracy",
            share=True,
            font=font(),
        ),
        key="emoji_runs_chart",
        alt="Test accuracy by epoch of "
        + ", ".join(
            f"{name}, best {found.test_accuracy.max():.1%}" for name, found in metrics.items()
        )
        + ".",
    )
    _table(kept)
    _keeping(kept)


def _table(kept: list[state.Kept]) -> None:
    metrics = [one.run.metrics for one in kept]
    settings = [one.run.settings for one in kept]
    st.dataframe(
        {
            "run": [one.name for one in kept],
            "best test": [found.test_accuracy.max() for found in metrics],
            "at epoch": [found.best for found in metrics],
            "last test": [found.test_accuracy[-1] for found in metrics],
            "last train": [found.accuracy[-1] for found in metrics],
            "seconds": [found.seconds[-1] for found in metrics],
            "epochs": [len(found) for found in metrics],
            "learning rate": [one.learning_rate for one in settings],
            "dropout": [one.dropout for one in settings],
            "n_a": [one.units for one in settings],
            "batch": [one.batch_size for one in settings],
            "maxlen": [one.maxlen for one in settings],
            "mask": [one.mask for one in settings],
            "embedding": ["trained" if one.trainable else "frozen" for one in settings],
            "unknown": [one.unknown.value for one in settings],
            "seed": [one.seed for one in settings],
            "sentences": [one.data for one in kept],
        },
        column_config={
            **{
                name: st.column_config.NumberColumn(format="percent")
                for name in ("best test", "last test", "last train")
            },
            "seconds": st.column_config.NumberColumn(format="%.1f"),
            "learning rate": st.column_config.NumberColumn(format="%g"),
        },
        hide_index=True,
        key="emoji_runs_table",
        width="stretch",
    )


def _keeping(kept: list[state.Kept]) -> None:
    """Read with the best weights of all runs, or forget the runs."""
    best = max(kept, key=lambda one: one.run.metrics.test_accuracy.max())

    def use() -> None:
        st.session_state["emoji_model"] = f"{best.name} {state.BEST}"

    with st.container(horizontal=True):
        st.button(
            f"Keep the best: {best.name}, epoch {best.run.metrics.best}",
            key="emoji_keep_best",
            icon=":material/star:",
            on_click=use,
            help="The page reads with these weights from now on; save them below.",
        )
        st.button(
            "Reset",
            key="emoji_reset",
            icon=":material/restart_alt:",
            on_click=state.forget_runs,
            help="Forgets all runs of this visit; the shipped model reads again.",
        )
