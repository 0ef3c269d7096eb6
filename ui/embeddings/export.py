"""Offer what a chart shows as a CSV and as the two files that the TensorBoard projector reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from seqlib.i18n import _
from ui.parts import uploads


def buttons(
    name: str, as_csv: Callable[[], bytes], labelled: tuple[Sequence[str], np.ndarray]
) -> None:
    """Draw the download buttons; a file is made when its button is pressed."""
    words, values = labelled
    with st.container(horizontal=True):
        uploads.download(
            "CSV",
            as_csv,
            f"{name}.csv",
            key=f"{name}:csv",
            help=_(
                "What is drawn, a line a row, with its exact values. The camera in the corner of "
                "the chart saves it as PNG."
            ),
        )
        uploads.download(
            _("TSV pair"),
            lambda: tsv_pair(words, values),
            f"{name}-projector.zip",
            key=f"{name}:tsv",
            help=_(
                "vectors.tsv and metadata.tsv in one archive, for the TensorBoard projector or to "
                "be opened here again."
            ),
        )


def tsv_pair(words: Sequence[str], values: np.ndarray) -> bytes:
    """Zip ``vectors.tsv``, a row of numbers a word, and ``metadata.tsv``, a word a line.

    White space inside a word is written as single spaces, as a tab would start a new column.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = "".join("\t".join(map(str, row)) + "\n" for row in values)
        archive.writestr("vectors.tsv", rows)
        archive.writestr("metadata.tsv", "".join(f"{' '.join(word.split())}\n" for word in words))
    return made.getvalue()
