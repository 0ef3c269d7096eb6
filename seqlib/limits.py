"""Bounds on what a file may hold, in one place: no reader of files goes past them.

Memory follows from them. Files are read in pieces, so that what is held at once is about what a
page shows, however large the file is once it is unpacked.
"""

# Files of sentences.
TEXT_BYTES = 20_000_000
ROWS = 50_000
LOOKED_AT = 4 * ROWS  # rows that are read in search of those that can be used
CELLS = 2_000_000  # of a table, likewise
COLUMNS = 200  # a row with more is left out
SENTENCE, LABEL = 1000, 60  # characters; of a longer sentence the beginning is read
NAMED_ROWS = 50  # rows left out that a report names; further ones are counted
ANSWERED = 2000  # sentences that a page's model reads at once
JUDGED = 5000  # sentences by which a page judges a model, or from which it trains V1
SAMPLE_ROWS, SAMPLE_CELLS = 500, 20_000  # from which columns are told apart
SAMPLE_CELL = 500  # characters of a cell that are looked at for it
JSON_VALUES = 2_000_000

# Files of word vectors.
DISK_UNPACKED = 16 << 30  # bytes that a file on this machine may unpack to
UPLOAD_UNPACKED = 256 << 20  # bytes that an uploaded file may unpack to
UPLOAD_WORDS = 2_000_000  # lines of such a file, with words or without
ARRAY_BYTES = 64 << 20  # of an array that cannot be read in pieces
DIMENSIONS = 20_000
LINE_BYTES = 8 << 20
PAIRED_WORDS = 64 << 20  # bytes of the words' own file

# Archives.
MEMBERS = 2000
MEMBER_BYTES = 300  # in an archive's list of members, each
EXAMINED = 50  # members that are looked into, the largest first
LISTED = 20_000  # members of a tar archive, whose list is all over the file
LAYERS = 3  # of packing, such as .tar.gz in .zip

# Files of weights that others saved; all their arrays are held as float32, packed or not.
WEIGHTS_BYTES = WEIGHTS_UNPACKED = 50_000_000
CHUNKS = 20_000  # of all arrays of HDF5, each of which has an entry in an index
GROUPS = 16  # of HDF5, in one another

UNITS = 256  # of a layer that a page computes with again and again
LARGEST = 1e6  # of a weight: a layer's sums stay far below what float32 can hold
WATCHED = 500 * 256  # steps of a sequence that is watched, times the numbers of one

# Saved models and visits.
MODEL_BYTES, MODEL_UNPACKED, MODEL_JSON = 50_000_000, 100_000_000, 10_000_000
MODEL_WORDS, MODEL_VALUES = 100_000, 1_200_000  # values of JSON, of which few bytes make objects
VISIT_BYTES, VISIT_UNPACKED, VISIT_JSON = 50_000_000, 150_000_000, 64_000_000
VISIT_VALUES = 2_000_000
VISIT_VECTORS = 10_000_000  # bytes of uploaded vectors; larger ones are only named
