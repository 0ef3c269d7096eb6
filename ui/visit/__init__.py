"""A visit: what one reader has made, held while a page reloads, and as a file."""

SUFFIX = ".seqscope"
