"""What pages keep in the session state, as the contents of a visit's file and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from seqlib import vectors as word_vectors
from seqlib.emojify import open_model
from seqlib.i18n import _
from seqlib.jazz.corpus import corpus_of
from seqlib.shapes.pasted import MAX_LETTERS
from seqlib.vectors import WordVectors
from ui.visit.files import VECTORS, Contents, Link, open_visit, save_visit
from ui.visit.memory import Visit

# How the file names the two ways of bringing vectors.
CHOICES = dict(zip(VECTORS, ("my file", "projector pair"), strict=True))
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
COLUMNS = ("sentence", "label", "part")


def saved(work: Mapping[str, Any], links: Mapping[str, Link], loose: Mapping[str, Any]) -> bytes:
    """The file of a visit; ``work`` is what ``ui.visit.session.WORK`` names."""
    quiz = work.get("quiz") or {}
    vectors = {key: work.get(f"own_vectors:{choice}") for key, choice in CHOICES.items()}
    return save_visit(
        Contents(
            settings=dict(links),
            texts={key: int(one) if isinstance(one, bool) else one for key, one in loose.items()},
            midi=work.get("song_file") if work.get("song") else None,
            song=work.get("song"),
            jazz_runs=tuple(work.get("jazz_runs", {}).items()),
            sentences=work.get("emoji_mine"),
            draft=_rows(work.get("emoji_draft")),
            emoji_runs=tuple(work.get("emoji_runs", ())),
            emoji_file=work.get("emoji_file_bytes", b""),
            vectors={key: one for key, one in vectors.items() if one is not None},
            pair=work.get("embedding_runs"),
            copy_run=work.get("copy_run"),
            quiz=tuple(int(quiz.get(name, 0)) for name in ("number", "right", "asked")),
        )
    )


def _rows(draft: tuple[str, pd.DataFrame] | None) -> tuple[str, tuple] | None:
    if draft is None:
        return None
    name, table = draft
    cells = table.fillna("").astype(str).values.tolist()
    return name, tuple((row[0][:1000], row[1][:1000], row[2][:1000]) for row in cells)


def opened(data: bytes, known: Callable[[], Iterable[WordVectors]]) -> Visit:
    """Return the visit in a file. Raises ``ValueError``, one sentence.

    ``known`` gives the vectors at hand that the file's runs may have been trained with.
    """
    found = open_visit(data, known)
    visit = Visit(links=_links(found.settings), loose=_loose(found.texts))
    work = visit.work
    if found.song is not None:
        work |= {
            "song": found.song,
            "song_corpus": corpus_of(found.song),
            "song_file": found.midi,
        }
        visit.loose["midi_track"] = found.song.track
    if found.jazz_runs:
        work["jazz_runs"] = dict(found.jazz_runs)
    if found.sentences is not None:
        work["emoji_mine"] = found.sentences
    if found.draft is not None:
        name, rows = found.draft
        work["emoji_draft"] = name, pd.DataFrame(rows, columns=list(COLUMNS))
    if found.emoji_runs:
        work["emoji_runs"] = list(found.emoji_runs)
        work["emoji_run_number"] = found.emoji_runs[-1].number
    for key, vectors in found.vectors.items():
        work[f"own_vectors:{CHOICES[key]}"] = vectors
    if found.emoji_file:
        own = next(iter(found.vectors.values()), None)
        work["emoji_file_model"] = open_model(found.emoji_file, own or word_vectors.load())
        work["emoji_file_bytes"] = found.emoji_file
    if found.pair is not None:
        work["embedding_runs"] = found.pair
    if found.copy_run is not None:
        work["copy_run"] = found.copy_run
    if any(found.quiz):
        number, right, asked = found.quiz
        work["quiz"] = {
            "number": number,
            "right": right,
            "asked": asked,
            "tried": set(),
            "shown": {},
        }
    if found.left_out:
        visit.note = _(
            "Too large for the file, so not in it: {names}.", names=_(", ").join(found.left_out)
        )
    return visit


def _links(settings: Mapping[str, Link]) -> dict[str, Link]:
    """Links that a page can be given; those of pages and controls that are not there do nothing."""
    return {
        page: {
            name: values
            for name, values in link.items()
            if _NAME.fullmatch(name) and not name.startswith("embed") and values
        }
        for page, link in settings.items()
    }


def _loose(texts: Mapping[str, Any]) -> dict[str, Any]:
    """What may stand in the controls that no link holds; the rest of a file's is left out."""
    bounds = {"paste_Tx": (1, 1000), "paste_n_values": (1, 100_000), "emoji_edit": (0, 1)}
    lengths = {"emoji_many": 100_000, "jump": 200, "answer": 80, "paste_text": MAX_LETTERS}
    found: dict[str, Any] = {}
    for key, value in texts.items():
        if key in bounds and isinstance(value, int):
            low, high = bounds[key]
            found[key] = min(max(value, low), high)
        elif key in lengths and isinstance(value, str):
            found[key] = value[: lengths[key]]
        elif key == "paste_input" and value in ("word indices", "vectors"):
            found[key] = value
    if "emoji_edit" in found:
        found["emoji_edit"] = bool(found["emoji_edit"])
    return found
