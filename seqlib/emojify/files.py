"""Save a trained emoji model as an archive of JSON and plain arrays, and open it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard

import numpy as np

from seqlib import limits
from seqlib.archive import ArchiveError, Reader, array_bytes, json_bytes, write
from seqlib.emojify.reading import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import NAMES, Embedding, EmojifyWeights
from seqlib.i18n import N_, InputError, Later
from seqlib.lstm.cell import DIVERGED, check_units, diverged
from seqlib.text import MAX_CLASSES, MAX_MAXLEN, MIN_CLASSES, EmojiClass
from seqlib.vectors import WordVectors

FORMAT, VERSION = "SeqScope emoji model", 1
SUFFIX = ".seqscope"
ABOUT = "model.json"
PARTS = {name: f"{name}.npy" for name in (*NAMES, "embedding")}

_NOT_OURS = N_(
    "This is not a SeqScope model file; choose one that was downloaded here (its name ends in "
    "{suffix})."
)
_KERAS = N_(
    "This is a Keras model file, which can run code when it is opened, so it is never opened here; "
    "upload the SeqScope file ({suffix}) of the same model instead."
)


def save_model(
    model: EmojiModel,
    words: Iterable[str] = (),
    *,
    vectors: WordVectors | None = None,
    settings: dict[str, Any] | None = None,
) -> bytes:
    """Write a model as the bytes of an archive.

    Parameters
    ----------
    words : iterable of str
        The words whose vectors are saved, such as those of the training and test sentences.
        Trained vectors of other words are lost.
    vectors : WordVectors, optional
        The word vectors that the lexicon was made from. Where the same vectors are given to
        ``open_model``, the model knows all their words, not only ``words``.
    settings : dict, optional
        How the model was trained, as plain JSON.
    """
    lexicon, weights = model.lexicon, model.weights
    known = sorted(word for word in set(words) if lexicon.word_to_index.get(word))
    rows = [0, *(lexicon.word_to_index[word] for word in known)]
    if lexicon.unknown is Unknown.SHARED:
        rows.append(lexicon.unknown_index)
    about = {
        "format": FORMAT,
        "version": VERSION,
        "classes": [list(one) for one in model.classes],
        "maxlen": model.maxlen,
        "mask": weights.mask,
        "unknown": lexicon.unknown.name,
        "vectors": lexicon.name,
        "fingerprint": vectors.fingerprint if vectors is not None else "",
        "words": known,
        "settings": settings or {},
    }
    arrays = dict(zip(NAMES, weights.arrays, strict=True))
    arrays["embedding"] = weights.embedding[np.array(rows)]
    return write(
        {
            ABOUT: json_bytes(about),
            **{PARTS[name]: array_bytes(array, np.float32) for name, array in arrays.items()},
        }
    )


def open_model(data: bytes, vectors: WordVectors | None = None) -> EmojiModel:
    """Read a model that ``save_model`` wrote; it computes the same numbers.

    ``vectors`` are the word vectors in use. If the model was trained with the same vectors it
    knows all their words, otherwise only the words in the file, and a note says so. Raises
    ``ValueError``, one sentence, if the bytes are not such a file or its parts do not fit.
    """
    reader, about = _parts(data)
    try:
        arrays = {name: reader.array(part, np.float32) for name, part in PARTS.items()}
    except ArchiveError as problem:
        raise InputError(
            "This model file cannot be used, so download it again: {problem}", problem=problem
        ) from problem
    words, unknown = about["words"], Unknown[about["unknown"]]
    if (name := diverged(arrays)) is not None:
        raise InputError(DIVERGED, name=name)
    table = arrays.pop("embedding")
    _kernel, *others = arrays.values()  # the first has a row for each number of a vector
    for array in others:
        check_units(max(array.shape, default=0) // 4)
    extra = 1 if unknown is Unknown.SHARED else 0
    if table.ndim != 2 or len(table) != 1 + len(words) + extra:
        raise InputError(
            "The file has {n} words and an embedding of shape {shape}; it is damaged, so "
            "download the model again.",
            n=len(words),
            shape=table.shape,
        )
    notes: tuple[Later, ...] = ()
    rows = np.zeros(1, int)
    if vectors is not None and about["fingerprint"] == vectors.fingerprint:
        rows = vectors.indices(words)
    # A word that the vectors lack would be looked up in row 0, the padding row.
    if vectors is not None and rows.all() and table.shape[1] == vectors.dim:
        lexicon = _over(vectors, rows, table, unknown)
    else:
        word_to_index = {word: row for row, word in enumerate(words, 1)}
        name = about["vectors"]
        lexicon = Lexicon(name, word_to_index, Embedding.of(table), unknown)
        notes = (
            Later(
                "The vectors this model was trained with ({name}) are not those in use, so it "
                "knows only the {n:,} words in its file.",
                {"name": Later(name), "n": len(words)},
            ),
        )
    try:
        weights = EmojifyWeights.from_arrays(arrays.values(), lexicon.embedding, about["mask"])
        classes = tuple(EmojiClass(*one) for one in about["classes"])
        return EmojiModel(lexicon, weights, classes, about["maxlen"], notes)
    except ValueError as problem:
        raise InputError(
            "The arrays of this file do not fit each other, so it cannot be used: {problem}",
            problem=problem,
        ) from problem


def _over(vectors: WordVectors, rows: np.ndarray, table: np.ndarray, unknown: Unknown) -> Lexicon:
    """Make a lexicon of the vectors in which the file's ``rows`` replace those that differ."""
    known = len(vectors.table)
    shared = [known] if unknown is Unknown.SHARED else []
    rows = np.array([0, *rows, *shared])  # as they stand in the file's table
    inside = rows < known
    differs = ~inside
    differs[inside] = (vectors.table[rows[inside]] != table[inside]).any(axis=1)
    changed = dict(zip(rows[differs].tolist(), table[differs], strict=True))
    embedding = Embedding.of(vectors.table, changed)
    return Lexicon(vectors.name, vectors.word_to_index, embedding, unknown)


def _parts(data: bytes) -> tuple[Reader, dict[str, Any]]:
    """Open the archive after checking its size, and ``model.json`` field by field."""
    if len(data) > limits.MODEL_BYTES:
        most = limits.MODEL_BYTES // 1_000_000
        raise InputError("The file is over {most} MB, too large for a model.", most=most)
    if data.startswith(b"\x89HDF"):
        raise InputError(_KERAS, suffix=SUFFIX)
    try:
        reader = Reader(data, limits.MODEL_UNPACKED)
        if "config.json" in reader.names and ABOUT not in reader.names:
            raise InputError(_KERAS, suffix=SUFFIX)
        about = reader.json(ABOUT, limits.MODEL_JSON, limits.MODEL_VALUES)
    except ArchiveError as problem:
        raise InputError(_NOT_OURS, suffix=SUFFIX) from problem
    whole = set(PARTS.values()) <= set(reader.names)
    if not whole or not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(_NOT_OURS, suffix=SUFFIX)
    if about.get("version") != VERSION:
        raise InputError(
            "This model file is of another version of SeqScope; open it there, or train again."
        )
    classes, words = about.get("classes"), about.get("words")
    checks = {
        "classes": isinstance(classes, list)
        and MIN_CLASSES <= len(classes) <= MAX_CLASSES
        and all(_are_texts(names) and len(names) == 2 for names in classes),
        "words": _are_texts(words)
        and len(words) <= limits.MODEL_WORDS
        and len(set(words)) == len(words),
        "maxlen": type(about.get("maxlen")) is int and 1 <= about["maxlen"] <= MAX_MAXLEN,
        "mask": type(about.get("mask")) is bool,
        "unknown": isinstance(about.get("unknown"), str)
        and about["unknown"] in Unknown.__members__,
        "vectors": _is_text(about.get("vectors")),
        "fingerprint": isinstance(about.get("fingerprint"), str),
    }
    for name, holds in checks.items():
        if not holds:
            raise InputError(
                "The entry “{name}” of this model file is not as it should be; download the "
                "model again.",
                name=name,
            )
    return reader, about


def _are_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_text(value: Any) -> bool:
    """Tell whether a value is text that can be shown: JSON can also spell half a character."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= 1000
        and value.encode(errors="replace").decode() == value
    )
