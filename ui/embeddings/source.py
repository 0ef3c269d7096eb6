"""Choose word vectors: the shipped ones, a file on this machine, or the reader's own."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from seqlib.i18n import _, n_
from seqlib.vectors import KINDS, Report, VectorsError, WordVectors, load
from seqlib.vectors.folders import ENDINGS
from ui.embeddings import state
from ui.frame import language
from ui.lessons.pages import lesson
from ui.parts import charts, escape, held, uploads, vectors

TYPES = tuple(sorted(ending.removeprefix(".") for ending in ENDINGS))
SHOWN_PROBLEMS = 200


def choose() -> WordVectors:
    """Draw the choice and the uploads, and return the chosen vectors."""
    names = [vectors.SHIPPED, *vectors.on_disk(), vectors.FILE, vectors.PAIR]
    choice = language.choice(
        st.selectbox,
        _("vectors"),
        "vectors",
        options=names,
        format_func=lambda name: (
            _(name) if name in (vectors.SHIPPED, vectors.FILE, vectors.PAIR) else name
        ),
        on_change=state.forget_view,
        help=_(
            "The ones shipped with the program, files found on this machine, or your own: one "
            "file, or the two files of the TensorBoard projector."
        ),
    )
    limit = int(st.get_option("server.maxUploadSize"))
    if choice == vectors.FILE:
        taken = uploads.uploader(
            _("A file of word vectors, at most {limit} MB", limit=limit),
            TYPES,
            limit,
            lambda file: state.keep(vectors.FILE, _read(file)),
            key="vectors_file",
            needed=lambda: bool(_others()),
            help=_(
                "GloVe or word2vec, text or binary, .npz or safetensors, packed or not. Larger "
                "files, such as glove.6B.zip with 100 to 300 dimensions: put them in "
                "`~/.cache/seqscope`, or the folder that `SEQSCOPE_VECTORS` names, on the machine "
                "that runs the app; they are then in the list above."
            ),
        )
        if taken:  # the archive that was read may not be the one chosen now
            _member()
    elif choice == vectors.PAIR:
        _pair(limit)
    try:
        chosen = vectors.chosen()
    except VectorsError as problem:
        st.error(escape.plain(str(problem)), icon=":material/error:")
        chosen = load()
    if choice in (vectors.FILE, vectors.PAIR) and vectors.own(choice) is None:
        halves = [st.session_state.get(f"vectors_{name}") for name in ("numbers", "words")]
        st.info(
            _("One of the two files is missing; until then the shipped vectors stay in place.")
            if choice == vectors.PAIR and halves.count(None) == 1
            else _("Until a file is read, the shipped vectors stay in place."),
            icon=":material/upload_file:",
        )
    return chosen


def _read(file: UploadedFile, **options: Any) -> WordVectors:
    """Load a file, with a progress bar."""
    bar = st.progress(0.0, text=_("Reading {name} …", name=escape.plain(file.name)))
    halves = [file, options["words"]] if "words" in options else [file]
    try:
        (found,) = held.once(
            [half.getvalue() for half in halves],
            ("vectors", file.name, options.get("member")),
            lambda: (load(file, progress=bar.progress, **options),),
        )
        return found
    finally:
        bar.empty()


def _member() -> None:
    """Draw the choice among the files of vectors in the uploaded archive, and read the chosen."""
    file, own = st.session_state.get("vectors_file"), vectors.own(vectors.FILE)
    report = own.report if own is not None else None
    if file is None or report is None or not _others():
        return
    member = language.choice(
        st.selectbox,
        _("file in the archive"),
        "vectors_member",
        options=[report.member, *report.others],
        format_func=str,
        help=_("The archive holds several files of vectors; one was read."),
    )
    if member != report.member:
        try:
            with held.in_turn([file]):
                state.keep(vectors.FILE, _read(file, member=member))
        except VectorsError as problem:
            st.error(escape.plain(str(problem)), icon=":material/error:")


def _others() -> tuple[str, ...]:
    """Name the files of vectors in the uploaded archive that were not read."""
    own = vectors.own(vectors.FILE)
    return own.report.others if own is not None and own.report is not None else ()


def _pair(limit: int) -> None:
    """Draw the uploads of two files, numbers and words; read them when both are there."""

    def take(name: str, _file: Any) -> None:
        # What stands in both widgets now: a half that was taken out goes with no other.
        numbers, words = (st.session_state.get(f"vectors_{one}") for one in ("numbers", "words"))
        if numbers is None or words is None:
            return
        if name == "numbers" and not uploads.is_seen("vectors_words", words):
            return  # the words' own turn comes next
        with held.in_turn([numbers, words]):
            held.check_room(numbers if name == "words" else words)
            state.keep(vectors.PAIR, _read(numbers, words=words, name=numbers.name))
        st.session_state["vectors_pair_now"] = True

    files = (
        ("numbers", "vectors.tsv", _("A row of numbers a word, separated by tabs.")),
        ("words", "metadata.tsv", _("A word a line, in its first column.")),
    )
    for column, (name, file, text) in zip(st.columns(2), files, strict=True):
        with column:
            uploads.uploader(
                _("{file}, at most {limit} MB", file=file, limit=limit),
                ("tsv", "txt", "csv", "safetensors"),
                limit,
                partial(take, name),
                key=f"vectors_{name}",
                needed=lambda: True,
                help=text,
            )
    read = st.session_state.pop("vectors_pair_now", False)
    if read and [name for name, *_more in files if uploads.forget_error(f"vectors_{name}")]:
        st.rerun()  # what was wrong with one half, now replaced, stands below the other


def facts(found: WordVectors) -> None:
    """Draw the vectors' name, size, shape, source and licence, and the problems in their file."""
    kilobytes = found.matrix.nbytes / 1000
    size = f"{kilobytes / 1000:,.1f} MB" if kilobytes >= 100 else f"{kilobytes:,.1f} kB"
    st.markdown(
        f"**{escape.plain(_(found.name))}** · "
        + n_("{n:,} word", "{n:,} words", len(found))
        + " · "
        + escape.shape("E", found.matrix.shape, ("vocab_len", "e_length"))
        + f" · {found.matrix.dtype} · {size}"
    )
    if found.source:
        st.caption(_(found.source))
    with st.expander("`pretrained_embedding_layer`", icon=":material/code:"):
        st.markdown(lesson("embeddings")["layer"])
        st.code(layer_code(found), language="python")
    if found.report is not None and found.report.counts:
        _report(found.report)


def layer_code(found: WordVectors) -> str:
    """Write the exercise's lines that make the layer, each with what it gives for these vectors."""
    word = "cucumber" if "cucumber" in found else found.word(1)
    vocab_len, emb_dim = len(found.word_to_index) + 1, found.word_to_vec_map[word].shape[0]
    row = found.word_to_index[word]
    lines = (
        ("vocab_len = len(word_to_index) + 1", f"{vocab_len:,}"),
        (f"emb_dim = word_to_vec_map[{word!r}].shape[0]", f"{emb_dim:,}"),
        ("emb_matrix = np.zeros((vocab_len, emb_dim))", f"({vocab_len:,}, {emb_dim:,})"),
        ("for word, index in word_to_index.items():", f"{word!r}: {row:,}"),
        ("    emb_matrix[index, :] = word_to_vec_map[word]", f"({emb_dim:,},)"),
        ("embedding_layer = Embedding(vocab_len, emb_dim, trainable=False)", ""),
        ("embedding_layer.build((None,))", ""),
        ("embedding_layer.set_weights([emb_matrix])", f"{vocab_len * emb_dim:,}"),
    )
    wide = max(len(code) for code, gives in lines if gives)
    return "\n".join(f"{code:<{wide}}  # {gives}" if gives else code for code, gives in lines)


def _report(report: Report) -> None:
    what = (
        _("{skipped:,} of {lines:,} lines skipped", skipped=report.skipped, lines=report.lines)
        if report.skipped
        else _("Notes")
    )
    with st.expander(f"{what} · {_(report.layout)}", icon=":material/rule:"):
        charts.table(
            {
                _("how often"): [f"{count:,}" for count in report.counts.values()],
                _("what"): [_(KINDS[kind][1]) for kind in report.counts],
            },
            key="report_counts",
        )
        problems = report.problems[:SHOWN_PROBLEMS]
        charts.table(
            {
                _("line"): [problem.line for problem in problems],
                _("begins"): [str(problem.text) for problem in problems],
                _("what"): [problem.what for problem in problems],
            },
            height=240,
            key="report_lines",
        )
