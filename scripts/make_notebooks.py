"""Write every notebook with its default settings: ``python -m scripts.make_notebooks``.

They stand in ``notebooks/<language>/``, where a link opens them in Colab.
"""

from __future__ import annotations

from pathlib import Path

from seqlib.i18n import LANGUAGES
from ui.lessons import notebooks

FOLDER = Path(__file__).parents[1] / "notebooks"


def files() -> dict[Path, bytes]:
    """The content of each file."""
    return {
        FOLDER / language / f"{name}.ipynb": notebooks.as_bytes(
            notebooks.notebook(name, language=language)
        )
        for language in LANGUAGES
        for name in notebooks.NAMES
    }


def main() -> None:
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
