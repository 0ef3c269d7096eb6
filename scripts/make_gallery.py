"""Pictures of the running app: ``python -m scripts.make_gallery``.

Starts the app, visits it as a reader would, light and dark, on a desk and on a phone, in both
languages, and writes ``assets/gallery`` and the README's part about it.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / "assets" / "gallery"
README = ROOT / "README.md"
BEGIN, END = "<!-- gallery: python -m scripts.make_gallery -->", "<!-- end of gallery -->"
DESK, PHONE = (1280, 800), (390, 844)
SCALE = 1.5  # pixels of a picture for one of the page's
QUALITY = 82
PATIENCE = 120_000  # ms


def _train(page: Page) -> None:
    page.locator(".st-key-jazz_run-train button").first.click()
    page.get_by_text("Done", exact=True).first.wait_for(timeout=PATIENCE)


@dataclass(frozen=True)
class Shot:
    """One picture: where, what of it, and what it shows in words.

    ``at`` is the key or anchor scrolled to the top; ``act`` is done before.
    """

    name: str
    path: str
    alt: str
    dark: bool = False
    size: tuple[int, int] = DESK
    at: str = ""
    act: Callable[[Page], None] | None = None


SHOTS = (
    Shot(
        "jazz-training",
        "jazz?corpus=one+tune&epochs=200",
        "Training on the jazz page: the loss falls, each output's accuracy rises, and the hidden "
        "state of one window is drawn again after each update",
        dark=True,
        at="#train",
        act=_train,
    ),
    Shot(
        "emojify",
        "emojify?say=She+does+not+love+me+anymore",
        "Two LSTM layers read “She does not love me anymore” word by word, and the probability "
        "of each emoji changes after every word",
        at="#stage",
    ),
    Shot(
        "cell",
        "cell?hand=forget&hand_from=17",
        "One step of the cell, with every vector from x to the new memory c and state a",
        at=".st-key-cell_step_jazz",
    ),
    Shot(
        "shapes",
        "shapes?construction=djmodel",
        "The code of djmodel beside the tensors it makes, each with its shape",
        dark=True,
    ),
    Shot(
        "embeddings",
        "embeddings?near=angry",
        "GloVe's whole embedding matrix, 400,001 rows, as a heatmap",
        dark=True,
        at="#matrix",
    ),
    Shot(
        "jazz-chinese",
        "jazz?lang=zh",
        "The jazz page in Simplified Chinese: a melody on the stage with the state of the "
        "network that reads it",
    ),
    Shot(
        "home-phone",
        "",
        "The home page on a phone: a solo being written, its notes above the hidden state",
        size=PHONE,
    ),
    Shot(
        "emojify-phone-chinese",
        "emojify?lang=zh&say=I+am+not+feeling+happy",
        "Two LSTM layers reading a sentence on a phone, in Simplified Chinese and in the dark",
        dark=True,
        size=PHONE,
        at="#stage",
    ),
)
FILM = "playing"
FILM_ALT = (
    "The home page's stage playing: notes on a piano roll, the note each step reads, units of the "
    "hidden state in groups by what they follow, and the softmax of the current step, all on one "
    "clock"
)
FILM_SECONDS, FILM_WIDTH = 7.0, 760


@contextmanager
def app() -> Iterator[str]:
    """The address of the app, running for as long as the block."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    process = subprocess.Popen(
        [*command, "--server.port", f"{port}"],
        cwd=ROOT,
        env={**os.environ, "SEQSCOPE_SECTIONS": "whole"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://localhost:{port}"
        until = time.monotonic() + 60
        while not _healthy(url):
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError("The app did not start.")
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _healthy(url: str) -> bool:
    try:
        return urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).status == 200
    except OSError:
        return False


def _open(browser: Browser, url: str, dark: bool, size: tuple[int, int], scale: float) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        locale="en-US",
    )
    page = context.new_page()
    page.goto(url)
    _settled(page)
    return page


def _settled(page: Page) -> None:
    page.wait_for_timeout(1500)
    done = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    page.locator(done).wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1500)  # charts and canvases draw after the script


def _scroll(page: Page, at: str) -> None:
    """Bring an element under the navigation and the sections, which cover the top."""
    page.locator(at).first.evaluate(
        """element => {
            const main = document.querySelector('[data-testid="stMain"]');
            main.scrollTop += element.getBoundingClientRect().top - 112;
        }"""
    )
    page.wait_for_timeout(1200)


def picture(browser: Browser, url: str, shot: Shot) -> Path:
    """Take one picture."""
    page = _open(browser, f"{url}/{shot.path}", shot.dark, shot.size, SCALE)
    if shot.act:
        shot.act(page)
        _settled(page)
    if shot.at:
        _scroll(page, shot.at)
    image = Image.open(io.BytesIO(page.screenshot()))
    page.context.close()
    path = GALLERY / f"{shot.name}.webp"
    image.convert("RGB").save(path, quality=QUALITY, method=6)
    return path


def film(browser: Browser, url: str) -> Path:
    """The stage of the home page, playing. Each frame lasts as long as it took."""
    page = _open(browser, url, False, (1100, 1140), 1)
    stage = page.locator(".st-key-home")
    stage.locator(".stage canvas").first.wait_for(timeout=PATIENCE)
    box = stage.bounding_box()
    taken: list[tuple[float, Image.Image]] = []
    start = time.monotonic()
    while (now := time.monotonic() - start) < FILM_SECONDS:
        taken.append((now, Image.open(io.BytesIO(page.screenshot(clip=box)))))
    page.context.close()
    times = [at for at, _ in taken] + [FILM_SECONDS]
    durations = [round(1000 * (b - a)) for a, b in pairwise(times)]
    height = round(FILM_WIDTH * box["height"] / box["width"])
    first, *rest = (
        image.convert("RGB").resize((FILM_WIDTH, height), Image.Resampling.LANCZOS)
        for _, image in taken
    )
    path = GALLERY / f"{FILM}.webp"
    first.save(
        path,
        save_all=True,
        append_images=rest,
        duration=durations,
        loop=0,
        quality=60,
        method=4,
        minimize_size=True,
    )
    return path


def section() -> str:
    """The README's part: the film, then the pictures, each with its words."""
    lines = [f"![{FILM_ALT}](assets/gallery/{FILM}.webp)", ""]
    desk = [shot for shot in SHOTS if shot.size == DESK]
    phone = [shot for shot in SHOTS if shot.size == PHONE]
    for one, other in zip(desk[::2], desk[1::2], strict=True):
        lines += [_image(one, "49%"), _image(other, "49%"), ""]
    lines += [_image(shot, "24%") for shot in phone]
    return "\n".join([BEGIN, *lines, END])


def _image(shot: Shot, width: str) -> str:
    return f'<img src="assets/gallery/{shot.name}.webp" width="{width}" alt="{shot.alt}">'


def write_section(text: str) -> str:
    """A README with its gallery brought up to date. Raises ``ValueError`` without its marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The README needs the lines {BEGIN} and {END}.")
    return before + section() + after


def main(names: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
    if not chromium:
        print("No Chromium found: install it, or name it in CHROMIUM.")
        return 1
    GALLERY.mkdir(exist_ok=True)
    wanted = {*names} or {FILM, *(shot.name for shot in SHOTS)}
    with app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        made = [film(browser, url)] if FILM in wanted else []
        made += [picture(browser, url, shot) for shot in SHOTS if shot.name in wanted]
        browser.close()
    for path in made:
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")
    README.write_text(write_section(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
