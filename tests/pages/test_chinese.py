"""No English leaks onto the Chinese pages: every text a page sends is looked at."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from seqlib.i18n import speaking
from seqlib.text import shipped
from seqlib.vectors import load
from ui.emojify.sentence import EXAMPLES
from ui.navigation import PAGES
from ui.state import TABLE

ROOT = Path(__file__).parents[2]

# Symbols, names of things and of people, and what stands on keys: the same in every language.
NAMES = {
    *("SeqScope", "LSTM", "GRU", "RNN", "SimpleRNN", "Keras", "TensorFlow", "NumPy", "Python"),
    *("Jupyter", "Adam", "GloVe", "Emojify", "djmodel", "MIDI", "WAV", "PNG", "HTML"),
    *("PDF", "CSV", "JSON", "QR", "kB", "KB", "MB", "GB", "Tx", "Ty", "softmax", "tanh", "log"),
    *("one-hot", "top-k", "top-p", "PCA", "t-SNE", "trigram", "token", "nat", "English", "None"),
    *("Space", "Home", "End", "Enter", "Ctrl", "PageDown", "PageUp"),
    # Layers, arrays and options as Keras and the exercise call them.
    *("reshapor", "densor", "Embedding", "Bidirectional", "Dense", "Dropout", "Activation"),
    *("Flatten", "GetItem", "embedding", "lstm", "dense", "dropout", "bidirectional", "layer"),
    *("Reshape", "input", "out", "kernel", "bias", "stateful", "indices", "maxlen", "fit"),
    *("TensorBoard", "Projector", "TSV", "UNK", "PyTorch", "safetensors", "ln", "argmax"),
}
# Under which keys of a component's data words for readers stand.
SAID = {
    "seqscope_stage": {
        *("label", "title", "name", "names", "chosen_name", "labels", "rows", "units", "words"),
        *("target", "targets", "inputs"),
    },
    "seqscope_blueprint": {"count", "handed", "label", "detail", "broken", "words"},
    "seqscope_onehot": {"words", "said", "none", "label", "block", "enlarged"},
    "seqscope_map": {"alt", "pointed", "words"},
    "seqscope_curves": {"name", "across", "what", "alt"},
    "seqscope_tour": {"title", "text", "question", "answer", "words"},
    "seqscope_share": {"words"},
    "seqscope_glossary": {"terms", "here"},
    "seqscope_visit": set(),
    "seqscope_page": set(),
    "seqscope_near": set(),
    "seqscope_sections": {"title", "words"},
}
STYLES = ("", "bold", "italic", "code")  # [style, words] in a tour's texts
NOT_TEXT_FIELDS = {
    *("id", "form_id", "query_param_key", "component_name", "js_content", "css_content"),
    *("html_content", "js_source_path", "css_source_path", "icon", "url", "page", "color", "type"),
    *("display", "format", "language", "deferred_file_id", "mime", "config", "columns", "gap"),
    # What a reader would write, and where links go.
    *("default", "value", "anchor", "page_script_hash", "external_page"),
    *("upload_urls", "file_name", "subscript", "element_id", "id_", "step_format", "unit"),
}
ASIDE = re.compile(
    r"""
      `[^`]*`                       # code
    | (?<=\])\([^)]*\)              # where a link goes
    | \$[^$]*\$                     # formulas
    | <[^>]*>                       # tags
    | %\{[^}]*\} | \{\w+[^}]*\}     # places for values
    | :material/\w+: | :\w+(?=\[)   # icons and colours of Markdown
    | word2vec
    | https?://\S+ | \S*\.(?:mid|midi|csv|tsv|json|txt|npz|zip|ipynb|keras|h5|seqscope)\b
    | \bmodel\.fit\b | \w+_\w* | \b\w+\[\d\] | \b(?:float|int)\d\d\b  # identifiers
    | for\ t\ in\ range
    | \b[A-G](?:-flat|[♭♯])?\s?(?:maj7|m7b5|m7|m|7|dim7|sus4|6)?\b   # chords and keys
    """,
    re.VERBOSE,
)
LATIN = re.compile(r"[A-Za-z][A-Za-z_'-]*[A-Za-z]")


def english(text: str) -> list[str]:
    """The Latin words in a text that are not names."""
    return [
        word
        for word in LATIN.findall(ASIDE.sub(" ", text.replace("\\_", "_")))
        if word not in NAMES
    ]


# What a page shows of English data is no leak: here it shows Chinese data instead.
WORDS = [
    "高兴",
    "快乐",
    "伤心",
    "父亲",
    "母亲",
    "儿子",
    "女儿",
    "国王",
    "女王",
    "面包",
    "网球",
    "苹果",
    "是",
    "在",
    "我",
]
LINKS = {
    "embeddings.py": {
        "vectors": "词.txt",
        "sentences": "我 在\n是",
        "near": "高兴",
        **dict(zip("abc", WORDS[3:], strict=False)),
        "words": "高兴 伤心 面包",
        "minus": "父亲",
        "plus": "母亲",
        "probed": "国王 女王",
        "map_focus": "高兴",
        "map_own": "面包，网球",
    },
    "emojify.py": {"say": "我 很 高兴"},
    "shapes.py": {"cost_say": "我 很 高兴"},
}
# The sentences that the emoji model learns from are English, and so are their words in a table.
SENTENCES = {
    *(sentence for part in shipped() for sentence in part.sentences),
    *EXAMPLES,
    *TABLE["emoji_many"].default.splitlines(),
    # What Chinese words lie next to is English on purpose.
    *(" ".join(load().beside(word)) for word in LINKS["emojify.py"]["say"].split()),
}
WORDS_OF = {word for part in shipped() for word in part.words}
PHRASE = "not feeling happy"  # the lesson speaks of it


@pytest.fixture
def _chinese_vectors(tmp_path, monkeypatch):
    """A file of word vectors in the folder where the program looks for some."""
    rows = np.random.default_rng(0).normal(size=(len(WORDS), 8)).round(3).tolist()
    lines = (f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, rows, strict=True))
    # A header that is wrong, and a line that is skipped: both are told of.
    (tmp_path / "词.txt").write_text("\n".join(["9 8", *lines, "苹 1", ""]), "utf-8")
    monkeypatch.setenv("SEQSCOPE_VECTORS", str(tmp_path))


def opened(file: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["lang"] = "zh"
    app.run()
    for name, value in LINKS.get(file, {}).items():
        app.query_params[name] = value
    if file != "home.py":
        with speaking("zh"):  # AppTest asks for the options' labels outside of a run
            app.switch_page(f"pages/{file}").run()
    assert not app.exception
    return app


def texts(app: AppTest) -> Iterator[tuple[str, str]]:
    """(where, text) of everything the page sends for readers."""
    for element in _elements(app._tree):
        proto = getattr(element, "proto", None)
        if proto is None:
            continue
        where = f"{element.type} {getattr(proto, 'id', '')[-40:]}"
        if element.type == "bidi_component":
            # ui.component packs large data.
            data = gzip.decompress(proto.bytes) if proto.bytes else proto.json or "{}"
            for text in _said(json.loads(data), SAID[proto.component_name]):
                yield f"{where} {proto.component_name}", text
        elif element.type == "plotly_chart":
            yield where, proto.alt
            for text in _figure(json.loads(proto.spec)):
                yield where, text
        elif element.type in ("arrow_data_frame", "dataframe", "table"):
            table = element.value
            for part in (table.columns, table.index, *(table[name] for name in table)):
                yield from ((where, cell) for cell in part if isinstance(cell, str))
        elif element.type not in ("html", "code"):  # styles, and what stands in the program
            yield from ((where, text) for text in _strings(proto))


def _elements(node) -> Iterator:
    for child in getattr(node, "children", {}).values():
        yield child
        yield from _elements(child)


def _strings(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in NOT_TEXT_FIELDS:
            continue
        values = value if field.is_repeated else [value]
        for each in values:
            if isinstance(each, str):
                yield each
            elif isinstance(each, Message):
                yield from _strings(each)


def _said(value, keys: set[str], inside: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, list):
        if len(value) == 2 and value[0] in STYLES:
            value = value[1:] if value[0] != "code" else []
        for each in value:
            yield from _said(each, keys, inside)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _said(each, keys, inside or name in keys)


def _figure(spec: dict) -> Iterator[str]:
    """Titles, names, hover texts and labels of a Plotly figure."""
    words = {"text", "name", "hovertemplate", "texttemplate", "ticktext", "customdata", "hovertext"}

    def walk(value, key: str) -> Iterator[str]:
        if isinstance(value, str):
            if key in words:
                yield value
        elif isinstance(value, list):
            for each in value:
                yield from walk(each, key)
        elif isinstance(value, dict):
            for name, each in value.items():
                if name != "template":
                    yield from walk(each, name)

    yield from walk(spec, "")


@pytest.mark.usefixtures("_chinese_vectors")
@pytest.mark.parametrize("file", [entry.file for entry in PAGES])
def test_no_english_leaks_onto_the_chinese_page(file):
    leaks = {
        (where, text): words
        for where, text in texts(opened(file))
        if text not in SENTENCES
        and not (where.startswith("dataframe") and text in WORDS_OF)
        and (words := english(text.replace(PHRASE, "")))
    }
    listed = "\n".join(
        f"{words} in {where}: {text[:300]!r}" for (where, text), words in leaks.items()
    )
    assert not leaks, f"{len(leaks)} texts hold English:\n{listed}"


@pytest.mark.usefixtures("_chinese_vectors")
@pytest.mark.parametrize("file", [entry.file for entry in PAGES])
def test_no_space_follows_the_full_stop_of_a_chinese_sentence(file):
    app = opened(file)
    assert not [text for _where, text in texts(app) if re.search("[。！？；，、] +[^ ]", text)]
