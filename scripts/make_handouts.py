"""Print the lesson plan and the handout as PDF: ``python -m scripts.make_handouts``.

The texts are those of ``ui.lessons.papers``. Chromium prints; the PDF's metadata keep the hash of
its source.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import sys
import unicodedata
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from seqlib.i18n import LANGUAGES
from ui.lessons.markdown import sections
from ui.lessons.papers import in_language, source
from ui.parts.handouts import HANDOUTS, HOST, PAPERS

ROOT = Path(__file__).parents[1]
HASH = "/SourceHash"
_LINK = re.compile(r'<a href="(/[^"]*)">(.*?)</a>')

CSS = """
@page { size: A4; margin: 10mm 14mm; }
* { box-sizing: border-box; }
html { font-size: 8.7pt; }
body { margin: 0; font-family: "Liberation Sans", "Noto Sans CJK SC", sans-serif;
  line-height: 1.36; color: #1b2330; }
html[lang^=zh] body { line-height: 1.42; }
h1 { font-size: 1.75rem; margin: 0 0 0.35rem; }
h2 { font-size: 1.08rem; margin: 0.75rem 0 0.2rem; padding-top: 0.3rem;
  border-top: 0.6pt solid #9aa4b4; break-after: avoid; }
p, ol { margin: 0.22rem 0; }
ol { padding-left: 1.4rem; }
p { orphans: 3; widows: 3; }
a { color: #1d4fb8; text-decoration: none; }
code, pre { font-size: 0.84em;
  font-family: "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; }
pre { margin: 0.3rem 0; padding: 0.4rem 0.6rem; background: #f3f5f8; border-radius: 3pt;
  line-height: 1.42; }
.url { color: #55606f; font-size: 0.74em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.3rem 0; }
th, td { text-align: left; vertical-align: top;
  padding: 0.14rem 0.5rem 0.14rem 0; border-bottom: 0.5pt solid #d5dae2; }
figure { margin: 0.3rem 0; text-align: center; }
svg { width: 58%; }
.plan { font-size: 10.2pt; }
.handout h2 { margin-top: 0.4rem; }
.handout td:first-child { white-space: nowrap; }
.handout pre { line-height: 1.3; margin: 0.2rem 0; padding: 0.3rem 0.6rem; }
"""


def page(paper: str, language: str) -> str:
    """The paper as HTML. Links have the language, and their address beside them."""
    text = source(paper, language)
    body = MarkdownIt("commonmark").enable("table").render(text)

    def printed(found: re.Match) -> str:
        address = in_language(found[1].replace("&amp;", "&"), language)
        shown = address.replace("present=true", "").replace("?&", "?").replace("&&", "&")
        shown = re.sub(r"[?&]+(?=#|$)", "", shown)
        return (
            f'<a href="{escape(HOST + address)}">{found[2]}</a> '
            f'<span class="url">{escape(shown)}</span>'
        )

    title = sections(text)["title"]
    tag = {"en": "en", "zh": "zh-CN"}[language]
    return (
        f'<!doctype html><html lang="{tag}" class="{paper}"><meta charset="utf-8">'
        f"<title>SeqScope · {escape(title)}</title><style>{CSS}</style>"
        f"<body>{_LINK.sub(printed, body)}</body></html>"
    )


def fingerprint(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


def file(paper: str, language: str) -> Path:
    return HANDOUTS / f"{paper}-{language}.pdf"


def finished(printed: bytes, html: str) -> bytes:
    """The printed PDF with the hash of its source, and with text that can be searched."""
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(printed))
    writer.add_metadata({HASH: fingerprint(html)})
    for number in range(1, len(writer._objects) + 1):
        found = writer.get_object(number)
        if isinstance(found, dict) and "/ToUnicode" in found:
            stream = found["/ToUnicode"].get_object()
            stream.set_data(_true_characters(stream.get_data().decode()).encode())
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _true_characters(cmap: str) -> str:
    """A map of glyphs to characters without the radicals that look like characters.

    Noto draws 一 (U+4E00) and the radical ⼀ (U+2F00) with one glyph, and Chromium notes the
    first; a search for the character would then find nothing.
    """

    def true(value: int) -> str:
        character = chr(value)
        if 0x2E80 <= value <= 0x2FDF:
            character = unicodedata.normalize("NFKC", character)
            character = {"⻚": "页", "⻔": "门", "⻓": "长", "⻅": "见"}.get(character, character)
        return "<" + character.encode("utf-16-be").hex().upper() + ">"

    def each(found: re.Match) -> str:
        first, last, value = (int(part, 16) for part in found.groups())
        values = " ".join(true(value + n) for n in range(last - first + 1))
        return f"<{found[1]}> <{found[2]}> [{values}]"

    cmap = re.sub(r"<(\w+)> <(\w+)> <(\w{4})>", each, cmap)
    return re.sub(
        r"^<(\w+)> <(\w{4})>$",
        lambda found: f"<{found[1]}> {true(int(found[2], 16))}",
        cmap,
        flags=re.MULTILINE,
    )


def main() -> int:
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
    if not chromium:
        print("No Chromium found: install it, or name it in CHROMIUM.")
        return 1
    HANDOUTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        sheet = browser.new_page()
        for language in LANGUAGES:
            for paper in PAPERS:
                html, path = page(paper, language), file(paper, language)
                sheet.set_content(html, wait_until="networkidle")
                pdf = sheet.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
                path.write_bytes(finished(pdf, html))
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
