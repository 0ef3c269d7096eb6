"""A visit: what one reader has made, held while a page reloads, and as a file."""

from seqlib.limits import VISIT_BYTES as MAX_BYTES
from seqlib.limits import VISIT_VECTORS as MAX_VECTORS

SUFFIX = ".seqscope"

__all__ = ["MAX_BYTES", "MAX_VECTORS", "SUFFIX"]
