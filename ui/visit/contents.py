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
from seqlib.vectors import WordVectors
from ui.state import TABLE, Switch, linked
from ui.visit.files import Contents, Link, open_visit, save_visit
from ui.visit.format import VECTORS
from ui.visit.memory import Visit

# How the file names the two ways of bringing vectors.
CHOICES = dict(zip(VECTORS, ("my file", "projector pair"), strict=True))
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
        names = _(", ").join(map(_named, found.left_out))
        visit.note = _("Too large for the file, so not in it: {names}.", names=names)
    return visit


def _named(left_out: str) -> str:
    """What was left out in the reader's language; vectors have the name of their file."""
    run = re.fullmatch(r"run (\d+)", left_out)
    return _("run {n}", n=run[1]) if run else _(left_out)


def _links(settings: Mapping[str, Link]) -> dict[str, Link]:
    """Keep what the controls of each page take; other values do nothing."""
    return {
        page: {
            key: words
            for key, words in link.items()
            if (row := linked(key, page)) and row.page == page and row.fits(words)
        }
        for page, link in settings.items()
    }


def _loose(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what the controls that no link holds take."""
    found = {}
    for key, one in texts.items():
        row = TABLE.get(key)
        if row is None or row.link or not row.kept:
            continue
        one = bool(one) if isinstance(row, Switch) else one
        if row.takes(one):
            found[key] = one
    return found
