"""Sentences: words, rows of the embedding matrix, labels and CSV files."""

from seqlib.text.default import shipped, validation
from seqlib.text.files import (
    CSVReport,
    from_rows,
    read_csv,
    read_sentences,
    table_csv,
    template,
    write_csv,
)
from seqlib.text.labelled import (
    DEFAULT_CLASSES,
    MAX_CLASSES,
    MIN_CLASSES,
    DataSet,
    EmojiClass,
    LabelledSentences,
    classes_of,
)
from seqlib.text.several import read_several
from seqlib.text.tokens import (
    MAX_MAXLEN,
    MAXLEN,
    Encoded,
    encode,
    negates,
    sentences_to_indices,
    tokenise,
)
