"""The one table of what pages let a reader set: key, type, default, range, and where it is kept.

Widgets are drawn through it (``**widget("n_a")``); links, saved visits and notebooks read it. So
a limit stands here once, and what a page lets in, a saved visit lets out.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.query_params import QueryParams

from seqlib.emojify import training as emojify
from seqlib.i18n import LANGUAGES, N_
from seqlib.jazz import training as jazz
from seqlib.jazz.sampling import MAX_TY, METHODS
from seqlib.jazz.sandbox import RECIPES
from seqlib.lstm import GATES, tiny
from seqlib.lstm.others import KINDS
from seqlib.shapes.code.reading import MAX_LETTERS
from seqlib.shapes.constructions import CONSTRUCTIONS
from seqlib.shapes.layers.base import MAX_SIZE
from seqlib.stage.lanes import STATES
from seqlib.vectors import ORDERS, STATISTICS

TOOLBAR = "toolbar"  # in place of a page: drawn on all of them, and part of every page's link
MOST_OPTIONS, MOST_LETTERS = 64, 200  # chosen at once; of one option that is known at run time
PASTE_SIZES = 12  # boxes for sizes that pasted code does not say


@dataclass(frozen=True)
class Row:
    """One control.

    Attributes
    ----------
    key : str
        Of the widget; its parameter in the URL.
    page : str
        Whose control it is, by ``url_path``; or ``TOOLBAR``.
    default
        Its type is that of the control's values.
    link : bool
        Whether it stands in the URL.
    kept : bool
        Whether a visit keeps it; what works as a button is not kept.
    """

    key: str
    page: str
    default: Any = None
    _: KW_ONLY
    link: bool = True
    kept: bool = True

    def arguments(self) -> dict[str, Any]:
        """Return what the widget takes beside its label, key and help."""
        return {"value": self.default}

    def takes(self, value: Any) -> bool:
        """Return whether the widget could hold this value."""
        raise NotImplementedError

    @property
    def settled(self) -> bool:
        """Whether it takes what ``takes`` says, or the nearest to it, whatever the data are."""
        return True

    def read(self, words: Sequence[str]) -> Any:
        """Return the value that a link's words stand for; ``ValueError`` if there is none."""
        if isinstance(self.default, tuple):
            return [word for word in words if word]
        (word,) = words
        if isinstance(self.default, bool):
            return ("false", "true").index(word) == 1
        if isinstance(self.default, int | float):
            return type(self.default)(word[:40])  # no number needs more
        return word

    def fits(self, words: Sequence[str]) -> bool:
        """Return whether the widget could have written these words into a link."""
        try:
            return self.takes(self.read(words))
        except ValueError:
            return False


@dataclass(frozen=True)
class Switch(Row):
    """A toggle."""

    default: bool = False

    def takes(self, value: Any) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True)
class Text(Row):
    """A text input or area of at most ``most`` characters."""

    default: str = ""
    most: int = MOST_LETTERS

    def arguments(self) -> dict[str, Any]:
        return {"value": self.default, "max_chars": self.most}

    def takes(self, value: Any) -> bool:
        if not isinstance(value, str) or len(value) > self.most:
            return False
        return value.encode(errors="ignore").decode() == value  # no half of a surrogate pair


@dataclass(frozen=True)
class Number(Row):
    """A slider or number input from ``low`` to ``high``; None where the data decide."""

    default: float = 0
    low: float = 0
    high: float | None = None
    step: float | None = None

    def arguments(self) -> dict[str, Any]:
        value = self.default if self.high is None else min(self.default, self.high)
        given = {"min_value": self.low, "max_value": self.high, "value": value, "step": self.step}
        return {name: one for name, one in given.items() if one is not None}

    def takes(self, value: Any) -> bool:
        kind = int if isinstance(self.default, int) else (int, float)
        high = 10**9 if self.high is None else self.high
        return isinstance(value, kind) and not isinstance(value, bool) and self.low <= value <= high


@dataclass(frozen=True)
class Blank(Number):
    """A number input for a whole number that may be left empty."""

    default: Any = None

    def arguments(self) -> dict[str, Any]:
        return {"value": None, "min_value": self.low, "max_value": self.high, "step": 1}

    def takes(self, value: Any) -> bool:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return value is None or (whole and self.low <= value <= (self.high or 0))

    def read(self, words: Sequence[str]) -> int:
        (word,) = words
        return int(word[:40])


@dataclass(frozen=True)
class Choice(Row):
    """One of ``options``, a mapping where they stand for something; empty: known at run time.

    ``of_visit``: a choice among models that may be the visit's own, so not there at first.
    """

    options: Collection[Any] = ()
    of_visit: bool = False

    @property
    def settled(self) -> bool:
        return bool(self.options) and not self.of_visit

    def takes(self, value: Any) -> bool:
        if self.options:
            return value in self.options
        return isinstance(value, int) or (isinstance(value, str) and len(value) <= MOST_LETTERS)


class Steps(Choice):
    """A slider over ``options``, which are numbers."""

    def arguments(self) -> dict[str, Any]:
        return {"options": self.options, "value": self.default}


class Select(Choice):
    """A selectbox."""

    def arguments(self) -> dict[str, Any]:
        options = list(self.options)
        first = options.index(self.default) if self.default in options else 0
        return {"options": options, "index": first}


class Pick(Choice):
    """Buttons of which one is always pressed; without a default, pressed and let go."""

    def arguments(self) -> dict[str, Any]:
        options = list(self.options)
        first = self.default if self.default in (*options, None) else options[0]
        given = {"options": options, "default": first}
        return given if self.default is None else {**given, "required": True}


class Picks(Choice):
    """Buttons of which any number is pressed; the default is a tuple."""

    def arguments(self) -> dict[str, Any]:
        options = list(self.options)
        pressed = [one for one in self.default if one in options]
        return {"options": options, "default": pressed, "selection_mode": "multi"}

    def takes(self, value: Any) -> bool:
        most = len(self.options) or MOST_OPTIONS
        return len(value) <= most and all(super(Picks, self).takes(one) for one in value)


RATES = (0.0003, 0.001, 0.002, 0.003, 0.01, 0.03, 0.1)
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0)
SCALES = (0.5, 0.8, 1.0, 1.2, 1.5)
FAST = N_("as fast as it goes")
EQUATIONS = N_("equations (NumPy)")


def _seed(key: str, page: str, default: int = 0) -> Number:
    return Number(key, page, default, high=9999)


def _bound(key: str, page: str, bounds: Mapping[str, Any], name: str = "", **other: Any) -> Number:
    """A whole number within the library's own bounds for a setting."""
    low, high, default, _what = bounds[name or key]
    return Number(
        key, page, **{"default": int(default), "low": int(low), "high": int(high), **other}
    )


def _steps(key: str, page: str, bounds: Mapping[str, Any], name: str, options: tuple) -> Steps:
    return Steps(key, page, type(options[0])(bounds[name].default), options=options)


def _toolbar() -> Iterator[Row]:
    yield Switch("present", TOOLBAR)
    yield Pick("lang", TOOLBAR, options=LANGUAGES)  # put into the URL by ui.frame.language


def _home(page: str = "") -> Iterator[Row]:
    yield Steps("home_temperature", page, 0.8, options=TEMPERATURES)
    yield _seed("home_seed", page, 7)


def _jazz(page: str = "jazz") -> Iterator[Row]:
    corpora = (N_("all choruses"), N_("one tune"), N_("my MIDI"))
    yield Pick("corpus", page, corpora[0], options=corpora)
    yield Select("midi_track", page, link=False)
    yield Number("melody", page, 1, low=1)
    yield Select("reads", page, "good", of_visit=True)
    yield Select("against", page, "nobody", of_visit=True)
    yield Number("feed_given", page, 8, low=1, high=32)
    yield _seed("feed_seed", page)
    for name in ("m", "Tx", "n_a", "epochs"):
        yield _bound(name, page, jazz.BOUNDS)
    yield _seed("train_seed", page)
    yield Number("window", page, 1, low=1, high=int(jazz.BOUNDS["m"].high))
    yield _steps("learning_rate", page, jazz.BOUNDS, "learning_rate", RATES)
    watched = N_("10 epochs a second")
    paces = {FAST: 0, N_("20 epochs a second"): 20, watched: 10, N_("5 epochs a second"): 5}
    yield Select("pace", page, watched, options=paces)
    curves = (N_("accuracy"), N_("each output"), N_("gradient norms"))
    yield Pick("curves", page, curves[0], options=curves)
    yield Steps("kept_epoch", page, 0, link=False, kept=False)
    looks = (N_("the solo it writes"), N_("one window, read"), N_("the way back"))
    yield Pick("kept_look", page, looks[0], options=looks)
    yield Number("back_from", page, 20, low=1, high=int(jazz.BOUNDS["Tx"].high))
    yield Switch("stop_at_turn", page)
    yield Select("train_cell", page, KINDS[0], options=KINDS)
    engines = {
        EQUATIONS: "numpy",
        N_("Keras: model.fit on djmodel"): "djmodel",
        N_("Keras: on its one-layer twin"): "twin",
    }
    yield Select("engine", page, EQUATIONS, options=engines)
    yield Switch("band", page, True)
    yield Switch("compare", page)
    yield Picks("lanes", page, ("notes", "x", "h", "c", "y"))
    openings = (N_("the melody's first notes"), N_("notes of my own"))
    yield Pick("opening", page, openings[0], options=openings)
    yield Pick("note_length", page, N_("as held"))
    yield Text("tune", page, most=400)
    for suffix in ("", "_b"):
        yield Select(f"model{suffix}", page, "good", of_visit=True)
        yield Select(f"method{suffix}", page, "temperature", options=METHODS)
        # The second solo begins with another one, so that there is something to compare.
        yield Steps(f"temperature{suffix}", page, 0.4 if suffix else 1.0, options=TEMPERATURES)
        yield Steps(f"k{suffix}", page, 8, options=(2, 4, 8, 16, 32))
        yield Steps(f"p{suffix}", page, 0.9, options=(0.5, 0.7, 0.8, 0.9, 0.95, 1.0))
        yield Number(f"Ty{suffix}", page, 64, low=10, high=MAX_TY)
        yield Number(f"prompt{suffix}", page, high=16)
        yield _seed(f"seed{suffix}", page)


def _emojify(page: str = "emojify") -> Iterator[Row]:
    bounds = emojify.BOUNDS
    yield Text("say", page, "I am not feeling happy", most=300)
    yield Text("say_b", page, "I am happy", most=300)
    yield Pick("emoji_example", page, link=False, kept=False)
    yield Pick("emoji_word", page, link=False, kept=False)
    yield Select("emoji_model", page, "shipped", of_visit=True)
    yield Select("emoji_model_b", page, "shipped", of_visit=True)
    padding = (N_("as trained"), N_("skipped"), N_("read as zeros"))
    yield Select("emoji_padding", page, padding[0], options=padding)
    against = (
        *(N_("no other reading"), N_("another sentence"), N_("the same words shuffled")),
        *(N_("the other padding"), N_("another model")),
    )
    yield Select("emoji_against", page, against[0], options=against)
    yield Picks("emoji_lanes", page, ("words", "P", "a1", "a2"))
    yield Number("shuffle", page, 1, low=1, high=999)
    yield Switch("emoji_pass", page)
    yield Number("emoji_pass_seed", page, 1, low=1, high=999)
    data = (N_("our sentences"), N_("132 of them"), N_("my sentences"))
    yield Pick("emoji_data", page, data[0], options=data)
    yield Switch("emoji_edit", page, link=False)
    yield _bound("emoji_epochs", page, bounds, "epochs", high=200)
    yield _steps("emoji_learning_rate", page, bounds, "learning_rate", RATES)
    shares = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    yield _steps("emoji_dropout", page, bounds, "dropout", shares)
    yield _steps("emoji_input_dropout", page, bounds, "input_dropout", shares)
    yield _steps("emoji_word_dropout", page, bounds, "word_dropout", shares)
    yield _steps("emoji_units", page, bounds, "units", (8, 16, 32, 64, 128, 256))
    sizes = (8, 16, 32, 64, 128, 256, 512)
    yield _steps("emoji_batch_size", page, bounds, "batch_size", sizes)
    yield _bound("emoji_maxlen", page, bounds, "maxlen")
    unknown = {one.value: one for one in emojify.Unknown}
    yield Select("emoji_unknown", page, next(iter(unknown)), options=unknown)
    paces = {FAST: 0, N_("5 epochs a second"): 5, N_("1 epoch a second"): 1}
    yield Select("emoji_pace", page, FAST, options=paces)
    engines = {EQUATIONS: "numpy", N_("Keras: model.fit on Emojify_V2"): "keras"}
    yield Select("emoji_engine", page, EQUATIONS, options=engines)
    yield _seed("emoji_seed", page)
    yield Switch("emoji_mask", page, True)
    yield Switch("emoji_trainable", page, True)
    lines = (
        *("I am so happy for you", "I am not happy with this"),
        *("Where did you put the bat?", "We have nothing to eat"),
    )
    yield Text("emoji_many", page, "\n".join(lines), most=100_000, link=False)


def _shapes(page: str = "shapes") -> Iterator[Row]:
    yield Pick("construction", page, "djmodel", options=CONSTRUCTIONS)
    for name, one in CONSTRUCTIONS.items():
        for dial in one.dials:
            key = f"{dial.name}_{name.split('_')[0]}"
            yield Number(key, page, dial.default, low=dial.low, high=dial.high)
    yield Steps("turn", page, 1, options=tuple(range(13)))
    yield Switch("predict", page)
    yield Switch("hide", page)
    yield Number("question", page, 1, low=1, high=9999)
    yield Text("tally", page, most=20)
    yield Text("answer", page, most=80, link=False)
    yield Pick("layer", page, "LSTM", options=KINDS)
    switches = {
        "return_sequences": N_("every step's output, not the last alone"),
        "return_state": N_("the states at the end as further results"),
        "stateful": N_("start the next batch from where this one ended, so m is fixed"),
        "bidirectional": N_("a second layer reads from the end; the results stand side by side"),
    }
    yield Picks("options", page, ("return_state",), options=switches)
    dials = {dial.name: dial for dial in CONSTRUCTIONS["Emojify_V2"].dials}
    for name in ("maxlen", "vocabulary", "e_length", "n_a"):
        dial = dials[name]
        yield Number(f"{name}_cost", page, dial.default, low=dial.low, high=dial.high)
    yield Text("cost_say", page, "I love my sister and her little dog so much", most=300)
    yield Blank("paste_Tx", page, low=1, high=1000)
    yield Blank("paste_n_values", page, low=1, high=100_000)
    for number in range(PASTE_SIZES):
        yield Blank(f"paste_size_{number}", page, low=1, high=MAX_SIZE)
    yield Select("paste_model", page)
    layers = (
        *("Embedding(10000, 50)", "LSTM(128, return_sequences=True)", "Dropout(0.5)"),
        *("LSTM(128)", 'Dense(5, activation="softmax")'),
    )
    yield Text("paste_text", page, "\n".join(layers), most=MAX_LETTERS)


def _embeddings(page: str = "embeddings") -> Iterator[Row]:
    yield Select("vectors", page, "shipped", of_visit=True)
    yield Select("vectors_member", page, link=False, kept=False)
    first = ("I love my sister", "I am not happy today", "let us play baseball")
    yield Text("sentences", page, "\n".join(first), most=1000)
    yield Number("sentence", page, 1, low=1)
    yield Number("first", page)
    yield Number("rows", page, 1, low=1)
    yield Select("statistic", page, "mean", options=STATISTICS)
    yield Select("order", page, "index", options=ORDERS)
    yield Text("order_word", page, "happy", most=60)
    yield Text("jump", page, most=60, link=False)
    yield Text("near", page, "happy", most=200)
    yield Number("nearest", page, 10, low=3, high=30)
    yield Switch("near_common", page, True)
    yield Switch("analogy_common", page, True)
    for key, word in (("a", "father"), ("b", "mother"), ("c", "son")):
        yield Text(key, page, word, most=60)
    words = "happy glad cheerful sad angry baseball tennis football pizza bread wine"
    yield Text("words", page, words, most=600)
    yield Text("minus", page, "he man boy father", most=300)
    yield Text("plus", page, "she woman girl mother", most=300)
    probed = "nurse doctor engineer teacher soldier secretary chef scientist king queen"
    yield Text("probed", page, probed, most=600)
    yield Pick("map", page, "PCA", options=("PCA", "t-SNE", N_("own axes")))
    for key, pair in (("axis_x", "man woman"), ("axis_y", "bad good"), ("axis_z", "poor rich")):
        yield Text(key, page, pair, most=60)
    yield Pick("map_dimensions", page, "2", options=("2", "3"))
    yield Number("map_words", page, 500, low=50, step=50)
    yield Text("map_focus", page, "happy", most=60)
    yield Text("map_own", page, "baseball tennis pizza bread angry sad king queen", most=600)
    yield Number("perplexity", page, 30, low=5, high=50)
    yield Number("embedding_epochs", page, 12, low=1, high=60)
    yield Steps("embedding_rate", page, 0.003, options=(0.0003, 0.001, 0.003, 0.01))
    yield Switch("embedding_mask", page, True)


def _cell(page: str = "cell") -> Iterator[Row]:
    yield Select("cell_model", page, "good", of_visit=True)
    yield _seed("cell_seed", page, 7)
    cells = (N_("jazz"), N_("emoji, layer 1"), N_("emoji, layer 2"))
    yield Pick("cell_of", page, cells[0], options=cells)
    yield Number("t", page, 12, low=1)
    yield Number("word", page, 4, low=1)
    yield Text("cell_sentence", page, "I am not happy with the food", most=200)
    yield Select("hand", page, "remember for ever", options=RECIPES)
    yield Number("hand_from", page, 17, low=1)
    modes = (N_("read the same notes"), N_("write on"))
    yield Pick("hand_mode", page, modes[0], options=modes)
    yield Pick("hand_gate", page, "f", options=GATES)
    yield Number("hand_value", page, 1.0, low=-1.0, high=1.0, step=0.05)
    yield Number("hand_factor", page, 0.5, low=0.0, high=2.0, step=0.05)
    yield Select("hand_source", page, "zeros")
    yield Select("hand_unit", page, "all units")
    yield Select("hand_one", page)
    yield Select("hand_group", page)
    yield Steps("rnn_scale", page, 0.8, options=SCALES)
    yield Number("copy_delay", page, 20, low=1, high=60)
    yield Number("copy_n_a", page, 32, low=4, high=64)
    yield Steps("copy_scale", page, 0.5, options=SCALES)
    yield Switch("copy_gates", page, True)
    yield _seed("copy_sequence", page)


def _tiny(page: str = "cell") -> Iterator[Row]:
    """Controls of the cell of one unit; its sliders begin as a cell that remembers."""
    yield Pick("tiny_cell", page, "LSTM", options=tiny.PRESETS)
    yield Pick("tiny_task", page, "remember", options=tiny.TASKS)
    yield Text("tiny_input", page, "0001000010010000", most=2 * tiny.STEPS)
    high, step = tiny.LIMIT, 0.1
    for kind, presets in tiny.PRESETS.items():
        for gate, numbers in presets["remember"].items():
            for reads, number in zip(tiny.READS, numbers, strict=True):
                key = f"tiny_{kind}_{gate}_{reads}"
                yield Number(key, page, number, low=-high, high=high, step=step)


def _own(page: str = "cell") -> Iterator[Row]:
    """Controls of a layer of the reader's own file."""
    inputs = (
        *(N_("a sentence"), N_("rows of its embedding"), N_("one-hot"), N_("a table")),
        N_("noise"),
    )
    yield Select("own_layer", page, of_visit=True, link=False)
    yield Select("own_input", page, inputs[0], options=inputs)
    yield Text("own_say", page, "I am not feeling happy today", most=300)
    yield Text("own_indices", page, "1 0 1 1 0 0", most=2000)  # rows that any layer has
    yield _seed("own_seed", page)
    yield Picks("own_lanes", page, tuple(STATES))
    yield Switch("own_hold", page)
    yield Pick("own_gate", page, "f")
    yield Number("own_value", page, 1.0, low=-1.0, high=1.0, step=0.05)
    yield Number("own_from", page, 1, low=1)


def _table(rows: Iterable[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        assert row.key not in found, row.key
        found[row.key] = row
    return found


_PARTS = (_toolbar, _home, _jazz, _emojify, _shapes, _embeddings, _cell, _tiny, _own)
TABLE = _table(row for part in _PARTS for row in part())

# What pages keep in the session state beside their controls: made, trained, brought.
WORK = (
    *("song", "song_corpus", "song_file", "jazz_runs", "jazz_engines", "jazz_file"),
    *("emoji_mine", "emoji_csv_report", "emoji_draft", "emoji_runs", "emoji_run_number"),
    *("emoji_file_model", "emoji_file_bytes", "emoji_many_sentences", "emoji_many_report"),
    *("own_vectors:my file", "own_vectors:projector pair", "embedding_runs"),
    *("copy_run", "quiz", "own_layers", "own_numbers"),
)


def linked(key: str, page: str) -> Row | None:
    """Return the row of a parameter that a page's link may hold."""
    row = TABLE.get(key)
    return row if row is not None and row.link and row.page in (page, TOOLBAR) else None


def widget(key: str, **limits: Any) -> dict[str, Any]:
    """Return a control's arguments beside label and help, as in ``st.slider(…, **widget("Tx"))``.

    Parameters
    ----------
    key : str
        Of a row of ``TABLE``.
    **limits
        What the data at hand decide instead of the row: ``high``, ``default``, ``options``.
    """
    row = replace(TABLE[key], **limits)
    given = {"key": key, **row.arguments()}
    if isinstance(row, Number) and row.high is not None:
        here = st.session_state.get(key)  # set before the data were known, or were others
        if here is not None and here > row.high:
            st.session_state[key] = type(here)(row.high)
    if row.link:
        given["bind"] = "query-params"
        _check(key)
    if row.kept:
        given["persist_state"] = "session"
    return given


def value(key: str) -> Any:
    """Return what a control says; its default where it has not been drawn yet."""
    return st.session_state.get(key, TABLE[key].default)


def options(key: str) -> Any:
    """Return the options of a choice, in order; a mapping where they stand for something."""
    row = TABLE[key]
    assert isinstance(row, Choice)
    return row.options


def address() -> AbstractContextManager[QueryParams]:
    """Open the address of this script run with what Streamlit has bound to it."""
    context = get_script_run_ctx()
    assert context is not None, "only a script run has an address"
    return context.session_state.query_params()


def page_url() -> str:
    """Return the URL that the browser is at, without its query; empty if it is unknown.

    ``st.context.url`` takes "jazz" from the end of a host or folder such as ``/ourjazz`` as well.
    """
    context = get_script_run_ctx(suppress_warning=True)
    info = context.context_info if context is not None else None
    return info.url if info is not None else ""


def _check(key: str) -> None:
    """Take a value out of the URL that Streamlit does not refuse by itself.

    It clears a required choice for ``?key=`` and raises ``OverflowError`` for a whole number
    that is infinite.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not isinstance(TABLE[key], Number | Pick):
        return
    if any(not word or _infinite(word) for word in st.query_params.get_all(key)):
        with address() as parameters:
            parameters.remove_param(key)
            parameters.set_initial_query_params_from_current()


def _infinite(word: str) -> bool:
    try:
        return math.isinf(float(word))
    except ValueError:
        return False
