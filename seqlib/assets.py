"""Find the data that stand beside the code: corpus, weights, vectors, sentences, texts."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parent / "_data"
_CHECKOUT = Path(__file__).parents[1]

# In a wheel the data are inside the package, in a checkout beside it.
ASSETS = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT / "assets"
# What browsers fetch: of it a wheel holds what the stage needs.
STATIC = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT / "static"
