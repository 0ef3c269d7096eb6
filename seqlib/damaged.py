"""What the standard library and NumPy raise for damaged files."""

import lzma
import struct
import tokenize
import zipfile
import zlib

# What zipfile raises for damaged archives, and NumPy for damaged headers of arrays.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, RuntimeError, OSError),
)
BAD_HEADER = (
    *(ValueError, SyntaxError, TypeError, OverflowError, EOFError),
    *(tokenize.TokenError, RecursionError, MemoryError),
)
