"""Bring the translation files up to date with the code: ``python -m scripts.texts [AREA …]``.

New texts are added with an empty translation, texts that are gone are dropped, and what is
still untranslated is printed. The exit status is 1 if anything is.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from seqlib.board import COMMENT
from seqlib.i18n import LANGUAGES, LOCALES, SOURCE

ROOT = Path(__file__).parents[1]
# Errors that translate their messages, see ``seqlib.i18n.InputError``.
ERRORS = (
    *("ArchiveError", "BuildError", "InputError", "KerasError"),
    *("MidiError", "Missing", "SavedError", "ShapeError", "VectorsError"),
)
# What ``seqlib.shapes.code`` says of a line of pasted code, by its second argument or its first.
REMARKS = {"PasteError": (2,), "fail": (2,), "refuse": None, "say": None}
KEYWORDS = {**dict.fromkeys(("_", "N_", "Later", *ERRORS)), **REMARKS, "n_": (1, 2)}
# In JavaScript. Babel does not find `… ${t("…", { n })} …`: the first brace ends it there.
SAID = re.compile(r'\bt\("([^"]+)"')
# What a page shows of the library is translated with the page.
PAGES = {
    "home": (),
    "jazz": ("music/**/*", "jazz/**/*", "stage/jazz"),
    "emojify": ("emojify/**/*", "text/**/*"),
    "shapes": ("shapes/**/*", "board/*"),
    "embeddings": ("vectors/**/*",),
    "cell": ("lstm/gradients", "lstm/tiny", "training/copy_task", "saved/*"),
    "status": (),
}
# The first pattern that a file matches names its area.
AREAS = (
    ("stage", ("static/stage/**/*.js", "static/blueprint/**/*.js", "static/map/**/*.js")),
    *(
        (
            name,
            (
                *(f"ui/{name}/**/*.py", f"pages/{name}.py"),
                *(f"seqlib/{part}.{kind}" for part in parts for kind in ("py", "txt")),
            ),
        )
        for name, parts in PAGES.items()
    ),
    ("notebook", ("ui/parts/notebook.py", "ui/parts/handouts.py")),
    ("tours", ("ui/frame/tour.py", "ui/frame/share.py", "ui/frame/glossary.py")),
    ("frame", ("ui/**/*.py",)),
    ("seqlib", ("seqlib/**/*.py",)),
)


def sources() -> dict[str, list[Path]]:
    """The files of each area."""
    taken: set[Path] = set()
    found: dict[str, list[Path]] = {}
    for area, patterns in AREAS:
        files = sorted({file for pattern in patterns for file in ROOT.glob(pattern)} - taken)
        taken.update(files)
        found[area] = files
    return found


def texts(files: list[Path]) -> Catalog:
    """What the files say through ``_``, ``n_``, ``N_``, in JavaScript ``t``, on the board ``#``."""
    catalog = Catalog()
    for file in files:
        if file.suffix != ".py":
            pattern = COMMENT if file.suffix == ".txt" else SAID
            for text in pattern.findall(file.read_text("utf-8")):
                catalog.add(text)
            continue
        with file.open("rb") as opened:
            for _, message, _, _ in extract("python", opened, KEYWORDS):
                catalog.add(message)
    return catalog


def updated(area: str, files: list[Path], language: str) -> Catalog:
    """The area's file with the code's texts, whatever was translated kept."""
    path = LOCALES / language / f"{area}.po"
    catalog = Catalog(locale=language, fuzzy=False)
    if path.exists():
        with path.open("rb") as opened:
            catalog = read_po(opened, locale=language)
    catalog.update(texts(files), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> str:
    """As a file: no places and dates, which change with every edit of the code."""
    out = io.BytesIO()
    write_po(out, catalog, no_location=True, omit_header=True, width=100, sort_output=True)
    return out.getvalue().decode()


def untranslated(catalog: Catalog) -> list[str]:
    found = []
    for message in catalog:
        given = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(given):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def main(areas: list[str]) -> int:
    missing = 0
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        (LOCALES / language).mkdir(parents=True, exist_ok=True)
        for area, files in sources().items():
            if areas and area not in areas:
                continue
            catalog = updated(area, files, language)
            (LOCALES / language / f"{area}.po").write_text(written(catalog), encoding="utf-8")
            for text in untranslated(catalog):
                missing += 1
                print(f"{language}/{area}: {text}")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
