"""Word vectors: load, memory-map, look up, compare.

``load()`` gives the shipped vectors, ``load(path)`` those of a file. The result is a
``WordVectors``; what is drawn of it comes from ``overview``, ``row_order`` and
``pca``.
"""

from seqlib.vectors.loading import load
from seqlib.vectors.picture import (
    ORDERS,
    STATISTICS,
    Projection,
    View,
    clusters,
    overview,
    pca,
    row_order,
)
from seqlib.vectors.places import Available, available, cache_folder, vectors_folder
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
