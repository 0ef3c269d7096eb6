"""Train on the emojify page: settings, the run with its live pictures, and all runs compared."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlib.emojify import EmojifyMetrics, EmojifyRun, EmojifySettings, Lexicon, Unknown, figures
from seqlib.emojify.training import BOUNDS, EXERCISE
from seqlib.i18n import _, capital, sentences
from seqlib.text import LabelledSentences
from seqlib.training.scheduler import MOVING
from ui.emojify import reading as read
from ui.emojify import state
from ui.emojify.stage import reading_stage
from ui.frame import choices, frame, language
from ui.lessons.pages import lesson
from ui.parts import charts, engines, escape, training_panel
from ui.parts import stage as stage_component
from ui.parts.presenter import font, presenting
from ui.parts.vectors import usable
from ui.state import options, value, widget
from ui.visit import session
from ui.visit.records import EmojiRecord


def _steps(name: str, label: str, help: str = "") -> None:
    st.select_slider(
        label,
        help=help or _("{sentence}.", sentence=capital(_(BOUNDS[name].what))),
        **widget(f"emoji_{name}"),
    )


Cell = DeltaGenerator  # a column

# Settings that a control of the same name says.
CHOSEN = (
    *("epochs", "units", "batch_size", "maxlen", "learning_rate"),
    *("dropout", "input_dropout", "word_dropout", "mask", "trainable", "seed"),
)
AS_IN_THE_EXERCISE = {
    "emoji_data": state.FEW,
    **{f"emoji_{name}": getattr(EXERCISE, name) for name in CHOSEN if name != "seed"},
}
FEW_KNOWN = 0.6  # share of the words with a vector; below this the panel warns


def _as_in_the_exercise() -> None:
    """Draw the button that sets all sizes to those of the exercise."""

    def take() -> None:
        for key, choice in AS_IN_THE_EXERCISE.items():
            choices.choose(key, choice)

    st.button(
        _("As in the exercise"),
        key="emoji_exercise",
        icon=":material/school:",
        on_click=take,
        help=_(
            "Its sizes: 132 sentences, maxlen 10, no mask, 128 units, dropout 0.5, Adam with "
            "0.001, batches of 32, 50 epochs. Of our sentences, the 132 that cover most words."
        ),
    )


@frame.alone("emoji_data")
def settings() -> None:
    """Draw the settings of the next run."""
    for part in (_sizes, _dropouts, _choices):
        part(*st.columns(5))


def _sizes(epochs: Cell, rate: Cell, batch: Cell, units: Cell, maxlen: Cell) -> None:
    """Draw how long and how large."""
    epochs.slider(
        _("epochs"),
        help=_("Passes over the sentences."),
        **widget("emoji_epochs"),
    )
    with rate:
        _steps("learning_rate", _("learning rate"))
    with batch:
        _steps("batch_size", _("batch size"))
    with units:
        _steps("units", _("n_a · units"), _("Units of each LSTM; the exercise has 128."))
    maxlen.number_input(
        "maxlen",
        help=_("Words read of each sentence; 0 takes the longest training sentence."),
        **widget("emoji_maxlen"),
    )


def _dropouts(layers: Cell, vectors: Cell, words: Cell, mask: Cell, trainable: Cell) -> None:
    """Draw what is dropped, skipped and frozen."""
    with layers:
        _steps("dropout", _("dropout"), _("Share dropped after each LSTM."))
    with vectors:
        _steps("input_dropout", _("dropout in words"), _("Share of each word's vector dropped."))
    with words:
        _steps("word_dropout", _("dropout of words"), _("Share of a sentence's words dropped."))
    mask.toggle(
        _("mask the padding"),
        help=_("Carry the state past row 0 instead of reading it."),
        **widget("emoji_mask"),
    )
    trainable.toggle(
        _("train the embedding"),
        help=_("Off: the word vectors stay as they are, as in the exercise."),
        **widget("emoji_trainable"),
    )


def _choices(unknown: Cell, pace: Cell, seed: Cell, engine: Cell, _empty: Cell) -> None:
    """Draw how unknown words are read, and who trains how fast."""
    language.choice(
        unknown.selectbox,
        _("unknown words"),
        "emoji_unknown",
        help=sentences(
            *(
                _("{name}: {meaning}.", name=capital(_(one.value)), meaning=one.meaning)
                for one in Unknown
            )
        ),
    )
    language.choice(
        pace.selectbox,
        _("pace"),
        "emoji_pace",
        help=_("Slow training down to watch it; what is learned is the same."),
    )
    seed.number_input(
        _("seed"),
        help=_("Draws the first weights, the order of the sentences and the dropout."),
        **widget("emoji_seed"),
    )
    help = _(
        "Who trains: the equations of this page, or Keras' own fit, in a process of its own "
        "that first loads TensorFlow. Both begin from the same weights; Keras draws other "
        "units to drop."
    )
    offered = engines.offered("emoji_engine", help)
    language.choice(engine.selectbox, _("engine"), "emoji_engine", **offered)


def chosen() -> EmojifySettings:
    """Return the chosen settings; defaults for widgets that are not drawn yet."""
    return EmojifySettings(
        **{name: value(f"emoji_{name}") for name in CHOSEN},
        unknown=Unknown(value("emoji_unknown")),
        pace=options("emoji_pace")[value("emoji_pace")],
    )


def start(only: str = "") -> EmojifyRun:
    """Start a run with the chosen settings, and choose its model. See ``Run.start``."""
    asked, data, vectors = chosen(), state.data(), usable()
    lexicon = Lexicon.of(vectors, asked.unknown)
    engine = options("emoji_engine")[value("emoji_engine")]
    run = EmojifyRun(data.train, data.test, lexicon, asked, engine=engine)
    session.start(run, only)
    state.keep(run, vectors)
    return run


def panel() -> None:
    """Draw the settings, the buttons, and the latest run's live pictures."""
    _as_in_the_exercise()
    settings()
    data = state.data()
    st.caption(
        _(
            "{train:,} training and {test:,} test sentences, {classes} classes, vectors: {name}. "
            "Other vectors are chosen on the Embeddings page.",
            train=len(data.train),
            test=len(data.test),
            classes=data.train.n_classes,
            name=escape.plain(_(usable().name)),
        )
    )
    _coverage(data.train)
    kept = state.latest()
    run = kept.run if kept else None
    training_panel.buttons(run, start, key="emoji_run", little=("epoch", "step"))
    if run is not None:
        training_panel.live(run, _pictures, _measured)
    compared()


def _coverage(train: LabelledSentences) -> None:
    """Draw how many of the training sentences' words have a vector; warn where few do."""
    vectors = usable()
    share = state.worked_out(
        "coverage", (train, vectors), lambda: Lexicon.of(vectors).coverage(train.tokens)
    )
    told = _("{share:.0%} of the words in the training sentences have a vector.", share=share)
    if share >= FEW_KNOWN:
        st.caption(told)
        return
    st.warning(
        sentences(
            told,
            _(
                "The others are all read alike, so little can be learned: choose vectors of this "
                "language on the Embeddings page."
            ),
        ),
        icon=":material/translate:",
    )


def _measured(run: EmojifyRun) -> list[str]:
    metrics = run.metrics
    best = metrics.best
    return [
        _("loss **{loss:.3f}**", loss=metrics.loss[-1]),
        _("train {share:.1%}", share=metrics.accuracy[-1]),
        _("test **{share:.1%}**", share=metrics.test_accuracy[-1]),
        _("best {share:.1%} after epoch {n}", share=metrics.test_accuracy[best - 1], n=best),
    ]


def _pictures(run: EmojifyRun) -> None:
    metrics, epochs, moving = run.metrics, run.settings.epochs, run.state in MOVING
    peers = engines.peers(state.engine_runs(), run)
    others = [
        (engines.name_of("emoji_engine", engine), one.metrics.loss)
        for engine, one in peers.items()
        if one is not run
    ]
    left, right = st.columns(2)
    with left:
        charts.by_epoch(
            [(_("train"), metrics.loss), (_("test"), metrics.test_loss), *others],
            epochs,
            _("loss (nats)"),
            moving=moving,
            key="emoji_loss",
            alt=_(
                "Loss by epoch: train now {train:.2f}, test {test:.2f}.",
                train=metrics.loss[-1],
                test=metrics.test_loss[-1],
            ),
        )
    with right:
        charts.by_epoch(
            [(_("train"), metrics.accuracy), (_("test"), metrics.test_accuracy)],
            epochs,
            _("accuracy"),
            share=True,
            moving=moving,
            key="emoji_accuracy",
            alt=_(
                "Accuracy by epoch: train now {train:.1%}, test {test:.1%}.",
                train=metrics.accuracy[-1],
                test=metrics.test_accuracy[-1],
            ),
        )
    if peers:
        st.markdown(engines.compared("emoji_engine", peers, lambda one: one.metrics.loss))
    # In large type a stage needs the whole width.
    left, right = (st.container() for _side in range(2)) if presenting() else st.columns(2)
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
        alt=_(
            "Confusion matrix: {right} of {n} test sentences on the diagonal.",
            right=int(counts.trace()),
            n=int(counts.sum()),
        ),
    )


def _again(run: EmojifyRun) -> None:
    """Draw the stage of the typed sentence, read with the run's present weights."""
    st.markdown(lesson("emojify")["again"])
    snapshot = run.snapshot()
    reading = snapshot.model.read(read.typed())
    label = reading.label
    if reading.heard:
        st.text(
            _(
                "After {n} epochs: {emoji} {name} {p:.1%}",
                n=snapshot.epoch,
                emoji=reading.emoji,
                name=reading.classes[label].title,
                p=reading.probabilities[label],
            )
        )
    stage_component.show(
        reading_stage(
            snapshot.model,
            reading,
            ("words", "P", "a2"),
            label=_("The sentence after {n} epochs", n=snapshot.epoch),
        ),
        key="emoji_live",
        compact=True,
    )


def compared() -> None:
    """Draw all runs of this visit: their curves in one figure, their settings in a table."""
    kept = [record for record in state.runs() if record.run.epoch]
    if not kept:
        return
    st.subheader(_("Runs"), anchor="runs")
    st.markdown(lesson("emojify")["runs"])
    metrics = {record.title: record.run.metrics for record in kept}
    longest = max(record.run.settings.epochs for record in kept)
    charts.by_epoch(
        [(name, found.test_accuracy) for name, found in metrics.items()],
        longest,
        _("test accuracy"),
        share=True,
        key="emoji_runs_chart",
        alt=_(
            "Test accuracy by epoch; best of each: {listed}.",
            listed=[f"{name} {found.test_accuracy.max():.1%}" for name, found in metrics.items()],
        ),
    )
    _table(kept)
    _keeping(kept)


def _table(kept: list[EmojiRecord]) -> None:
    metrics = [record.run.metrics for record in kept]
    settings = [record.run.settings for record in kept]
    charts.table(
        {
            _("run"): [one.title for one in kept],
            _("best test"): [100 * found.test_accuracy.max() for found in metrics],
            _("at epoch"): [found.best for found in metrics],
            _("last test"): [100 * found.test_accuracy[-1] for found in metrics],
            _("last train"): [100 * found.accuracy[-1] for found in metrics],
            _("seconds"): [found.seconds[-1] for found in metrics],
            _("epochs"): [len(found) for found in metrics],
            _("learning rate"): [one.learning_rate for one in settings],
            _("dropout"): [one.dropout for one in settings],
            "n_a": [one.units for one in settings],
            _("batch"): [one.batch_size for one in settings],
            "maxlen": [one.maxlen for one in settings],
            _("mask"): [one.mask for one in settings],
            _("embedding"): [_("trained") if one.trainable else _("frozen") for one in settings],
            _("unknown"): [_(one.unknown.value) for one in settings],
            _("seed"): [one.seed for one in settings],
            _("sentences"): [_(one.data) for one in kept],
            _("engine"): [engines.name_of("emoji_engine", one.run.engine) for one in kept],
        },
        column_config={
            **{
                name: st.column_config.NumberColumn(format="%.1f%%")
                for name in (_("best test"), _("last test"), _("last train"))
            },
            _("seconds"): st.column_config.NumberColumn(format="%.1f"),
            _("learning rate"): st.column_config.NumberColumn(format="%g"),
        },
        key="emoji_runs_table",
    )


def _keeping(kept: list[EmojiRecord]) -> None:
    """Draw the buttons that choose the best weights of all runs, or drop the runs."""
    best = max(kept, key=lambda one: one.run.metrics.test_accuracy.max())

    def use() -> None:
        st.session_state["emoji_model"] = f"{best.name} {state.BEST}"

    with st.container(horizontal=True):
        st.button(
            _("Keep the best: {name}, epoch {n}", name=best.title, n=best.run.metrics.best),
            key="emoji_keep_best",
            icon=":material/star:",
            on_click=use,
            help=_(
                "The page reads with these weights from now on; save them below. The test chose "
                "them, so their test accuracy flatters them."
            ),
        )
        st.button(
            _("Reset"),
            key="emoji_reset",
            icon=":material/restart_alt:",
            on_click=state.forget_runs,
            help=_("Forgets all runs of this visit; the shipped model reads again."),
        )
