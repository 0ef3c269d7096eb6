"""Word vectors: load, memory-map, look up, compare, summarise.

``load()`` opens the shipped vectors, ``load(path)`` a file; both return a ``WordVectors``.
``overview`` and ``row_order`` prepare its matrix for drawing, ``pca`` a map of some words.
"""

from seqlib.vectors.folders import Available, available, cache_folder, vectors_folder
from seqlib.vectors.loading import load
from seqlib.vectors.picture import (
    ORDERS,
    STATISTICS,
    View,
    clusters,
    overview,
    row_order,
)
from seqlib.vectors.projection import Projection, pca
from seqlib.vectors.report import KINDS, Problem, Report, VectorsError
from seqlib.vectors.words import Words
from seqlib.vectors.wordvectors import Analogy, Neighbour, Phrase, WordVectors

__all__ = [
    "KINDS",
    "ORDERS",
    "STATISTICS",
    "Analogy",
    "Available",
    "Neighbour",
    "Phrase",
    "Problem",
    "Projection",
    "Report",
    "VectorsError",
    "View",
    "WordVectors",
    "Words",
    "available",
    "cache_folder",
    "clusters",
    "load",
    "overview",
    "pca",
    "row_order",
    "vectors_folder",
]
