"""A trained emoji model as a file of plain arrays and JSON, and back.

A zip that holds ``model.json`` and one ``.npy`` an array, none of which can hold code.
Reading is bounded: every size is checked against the header before anything is allocated.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from seqlib.archive import BAD_HEADER, BROKEN
from seqlib.emojify.reading import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import NAMES, Embedding, EmojifyWeights
from seqlib.i18n import N_, Later, _
from seqlib.text import MAX_CLASSES, MAX_MAXLEN, MIN_CLASSES, EmojiClass
from seqlib.vectors import WordVectors

FORMAT, VERSION = "SeqScope emoji model", 1
SUFFIX = ".seqscope"
MAX_BYTES = 50_000_000  # of the file
MAX_UNPACKED = 100_000_000
MAX_JSON_BYTES = 10_000_000
MAX_WORDS = 500_000
_DATE = (2026, 1, 1, 0, 0, 0)  # the same model gives the same bytes

_NOT_OURS = N_(
    "This is not a SeqScope model file; choose one that was downloaded here (its name ends in "
    "{suffix})."
)
_KERAS = N_(
    "This is a Keras model file, which can run code when it is opened, so it is never opened here; "
    "upload the SeqScope file ({suffix}) of the same model instead."
)


def fingerprint(vectors: WordVectors) -> str:
    """Tells one set of vectors from another: their number, length, and a sample of both."""
    places = np.linspace(0, len(vectors) - 1, min(len(vectors), 256)).astype(int)
    words = "\n".join(vectors.words[int(place)] for place in places).encode()
    rows = np.asarray(vectors.matrix[places + 1], np.float32)
    code = zlib.crc32(rows.tobytes(), zlib.crc32(words))
    return f"{len(vectors)}x{vectors.dim}-{code:08x}"


def save_model(
    model: EmojiModel,
    words: Iterable[str] = (),
    *,
    vectors: WordVectors | None = None,
    settings: dict[str, Any] | None = None,
) -> bytes:
    """The model as bytes.

    Parameters
    ----------
    model : EmojiModel
    words : iterable of str
        The vocabulary to put in: those of the training and test sentences, say. Words
        whose vectors were trained belong here, or their changes are lost.
    vectors : WordVectors, optional
        Those the lexicon was made of. A later visit with the same ones then knows all of
        their words, not only ``words``.
    settings : dict, optional
        How the model was trained; plain JSON, shown again later.
    """
    lexicon, weights = model.lexicon, model.weights
    known = sorted(word for word in set(words) if word in lexicon.word_to_index)
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
        "fingerprint": fingerprint(vectors) if vectors is not None else "",
        "words": known,
        "settings": settings or {},
    }
    arrays = dict(zip(NAMES, weights.arrays, strict=True))
    arrays["embedding"] = weights.embedding[np.array(rows)]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "model.json", json.dumps(about, ensure_ascii=False, indent=1).encode())
        for name, array in arrays.items():
            held = io.BytesIO()
            np.save(held, np.ascontiguousarray(array, np.float32), allow_pickle=False)
            _put(archive, f"{name}.npy", held.getvalue())
    return made.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)


def open_model(data: bytes, vectors: WordVectors | None = None) -> EmojiModel:
    """The model that ``save_model`` wrote, giving the same numbers.

    ``vectors`` are those of the present visit; if they are the ones the model was trained
    with, all their words are known, else only those in the file, which a note says.

    Raises
    ------
    ValueError
        One sentence, if the bytes are not such a file, or its parts do not fit.
    """
    parts = _parts(data)
    about = _about(parts)
    arrays = {name: _array(parts, name) for name in (*NAMES, "embedding")}
    words, unknown = about["words"], Unknown[about["unknown"]]
    table = arrays.pop("embedding")
    extra = 1 if unknown is Unknown.SHARED else 0
    if table.ndim != 2 or len(table) != 1 + len(words) + extra:
        raise ValueError(
            _(
                "The file has {n} words and an embedding of shape {shape}; it is damaged, so "
                "download the model again.",
                n=len(words),
                shape=table.shape,
            )
        )
    notes: tuple[Later, ...] = ()
    if vectors is not None and about["fingerprint"] == fingerprint(vectors):
        lexicon = _over(vectors, words, table, unknown)
    else:
        word_to_index = {word: place for place, word in enumerate(words, 1)}
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
        raise ValueError(
            _(
                "The arrays of this file do not fit each other, so it cannot be used: {problem}",
                problem=problem,
            )
        ) from problem


def _over(vectors: WordVectors, words: list[str], table: np.ndarray, unknown: Unknown) -> Lexicon:
    """The file's rows laid over the vectors' own."""
    rows = vectors.indices(words).tolist()
    changed = {0: table[0], **dict(zip(rows, table[1 : len(words) + 1], strict=True))}
    if unknown is Unknown.SHARED:
        changed[len(vectors.matrix)] = table[-1]
    changed = {row: value for row, value in changed.items() if _differs(vectors, row, value)}
    embedding = Embedding.of(vectors.matrix, changed)
    return Lexicon(vectors.name, vectors.word_to_index, embedding, unknown)


def _differs(vectors: WordVectors, row: int, value: np.ndarray) -> bool:
    return row >= len(vectors.matrix) or not np.array_equal(vectors.matrix[row], value)


def _parts(data: bytes) -> dict[str, bytes]:
    """The archive's members, unpacked within bounds."""
    if len(data) > MAX_BYTES:
        raise ValueError(
            _("The file is over {most} MB, too large for a model.", most=MAX_BYTES // 1_000_000)
        )
    if data.startswith(b"\x89HDF"):
        raise ValueError(_(_KERAS, suffix=SUFFIX))
    wanted = {"model.json", "embedding.npy", *(f"{name}.npy" for name in NAMES)}
    try:
        with _archive(data) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            if "config.json" in infos and "model.json" not in infos:
                raise ValueError(_(_KERAS, suffix=SUFFIX))
            if not wanted <= set(infos):
                raise ValueError(_(_NOT_OURS, suffix=SUFFIX))
            if sum(infos[name].file_size for name in wanted) > MAX_UNPACKED:
                raise ValueError(
                    _(
                        "The file unpacks to over {most} MB, too large for a model.",
                        most=MAX_UNPACKED // 1_000_000,
                    )
                )
            return {name: _unpacked(archive, infos[name]) for name in wanted}
    except BROKEN as problem:
        raise ValueError(_(_NOT_OURS, suffix=SUFFIX)) from problem


def _archive(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except ValueError as problem:  # places in the file that lie before its start
        raise zipfile.BadZipFile(str(problem)) from problem


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member, never more of it than its entry says."""
    try:
        with archive.open(info) as member:
            return member.read(info.file_size)
    except ValueError as problem:
        raise zipfile.BadZipFile(str(problem)) from problem


def _about(parts: dict[str, bytes]) -> dict[str, Any]:
    """``model.json``, checked field by field."""
    raw = parts["model.json"]
    try:
        about = json.loads(raw) if len(raw) <= MAX_JSON_BYTES else None
    except (ValueError, RecursionError) as problem:
        raise ValueError(_(_NOT_OURS, suffix=SUFFIX)) from problem
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(_(_NOT_OURS, suffix=SUFFIX))
    if about.get("version") != VERSION:
        raise ValueError(
            _("This model file is of another version of SeqScope; open it there, or train again.")
        )
    classes, words = about.get("classes"), about.get("words")
    checks = {
        "classes": _is_list(classes, MIN_CLASSES, MAX_CLASSES)
        and all(_is_list(one, 2, 2) and all(_is_text(part) for part in one) for one in classes),
        "words": _is_list(words, 0, MAX_WORDS)
        and all(_is_text(word) for word in words)
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
            raise ValueError(
                _(
                    "The entry “{name}” of this model file is not as it should be; download the "
                    "model again.",
                    name=name,
                )
            )
    return about


def _is_list(value: Any, low: int, high: int) -> bool:
    return isinstance(value, list) and low <= len(value) <= high


def _is_text(value: Any) -> bool:
    """Text that can be shown: JSON can also spell halves of characters."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= 1000
        and value.encode(errors="replace").decode() == value
    )


def _array(parts: dict[str, bytes], name: str) -> np.ndarray:
    """One array; its header must promise exactly the bytes that are there."""
    held = io.BytesIO(parts[f"{name}.npy"])
    try:
        version = np.lib.format.read_magic(held)
        if version != (1, 0):
            raise ValueError("an unusual version")
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(held)
        rest = held.read()
        if dtype != np.float32 or fortran_order:
            raise ValueError("not float32 in C order")
        if len(shape) not in (1, 2) or any(size > MAX_WORDS + 2 for size in shape):
            raise ValueError("an impossible shape")
        if len(rest) != 4 * int(np.prod(shape, dtype=object)):
            raise ValueError("cut short")
    except BAD_HEADER as problem:
        raise ValueError(
            _(
                "The array “{name}” of this model file cannot be read; download the model again.",
                name=name,
            )
        ) from problem
    array = np.frombuffer(rest, np.float32).reshape(shape)
    if not np.isfinite(array).all():
        raise ValueError(
            _("The array “{name}” of this model file has values that are not numbers.", name=name)
        )
    return array
