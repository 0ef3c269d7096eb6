"""Let a value show itself in a notebook."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar


class ShownInNotebook:
    """Something that Jupyter, Colab and VS Code show as a picture rather than as its ``repr``.

    The picture is drawn by a module above the value's own, so it is named, not imported:
    ``drawn_by`` is "module:function" of a function from the value to HTML.
    """

    drawn_by: ClassVar[str]

    def _repr_html_(self) -> str:
        module, _, function = self.drawn_by.partition(":")
        return getattr(import_module(module), function)(self)
