"""A visit: what one reader has made, held while a page reloads, and as a file.

``store`` holds visits in the process, ``files`` writes and reads them, ``runs`` brings back
training runs from their numbers. Only ``files`` needs the models, so it is imported late.
"""

from seqlib.limits import VISIT_BYTES as MAX_BYTES
from seqlib.limits import VISIT_VECTORS as MAX_VECTORS

SUFFIX = ".seqscope"

__all__ = ["MAX_BYTES", "MAX_VECTORS", "SUFFIX"]
