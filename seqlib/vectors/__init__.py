"""Word vectors: load, memory-map, look up, compare, summarise.

``load()`` opens GloVe's 400,000 words of 50 numbers (20,000 where its package is not installed),
``load(path)`` a file; both return a ``WordVectors``. From a word to its vector:

    vectors = load()
    row = vectors.index("cucumber")       # 1 to len(vectors); KeyError without a vector
    rows = vectors.indices(["a", "zzz"])  # int32; 0, the padding row, without a vector
    vectors.table[rows]                   # float32 (2, 50); row 0 is zeros
    vectors.word(row)                     # "cucumber"
    vectors.word_to_index, vectors.word_to_vec_map  # the seed's two mappings, no dictionaries
    vectors.fingerprint                   # equal for equal words and numbers

``matrix`` is an array or, for GloVe, ``Rows``: zeros and the package's file read as one matrix,
(400001, 50), without a copy. ``Rows(zeros, file, more)`` puts further rows after them. ``table``
is the matrix and, after its last row, the rows made for Chinese words (``seqlib.vectors.made``):
``vectors.index("爱")`` is one of these.
``WordVectors.of(words, rows)`` makes vectors of one's own words.

``overview`` and ``row_order`` prepare a matrix for drawing, ``pca`` a map of some words.
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
from seqlib.vectors.rows import Rows
from seqlib.vectors.words import Words
from seqlib.vectors.wordvectors import Analogy, Neighbour, WordVectors
