"""A visit: what one reader has made, held while a page reloads, and as a file.

``store`` holds visits in the process, ``files`` writes and reads them, ``runs`` brings back
training runs from their numbers. Only ``files`` needs the models, so it is imported late.
"""

SUFFIX = ".seqscope"
MAX_BYTES = 50_000_000  # of the file
MAX_VECTORS = 10_000_000  # bytes of uploaded vectors; larger ones are only named
