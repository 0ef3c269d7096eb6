"""Word vectors: load, memory-map, look up, compare.

``load()`` gives the shipped vectors, ``load(path)`` those of a file. The result is a
``WordVectors``; what is drawn of it comes from ``overview``, ``order`` and ``project``.
"""

from seqlib.vectors.loading import load
from seqlib.vectors.places import Available, available, cache_folder, vectors_folder
from seqlib.vectors.report import KINDS, Problem, Report, VectorsError
from seqlib.vectors.words import Words
from seqlib.vectors.wordvectors import Analogy, Neighbour, Phrase, WordVectors

__all__ = [
    "KINDS",
    "Analogy",
    "Available",
    "Neighbour",
    "Phrase",
    "Problem",
    "Report",
    "VectorsError",
    "WordVectors",
    "Words",
    "available",
    "cache_folder",
    "load",
    "vectors_folder",
]
