"""A Streamlit server as a user starts it, and a browser to look at it."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks._result import Result

ROOT = Path(__file__).parents[1]
OURS = ROOT / "streamlit_app.py"
TIMEOUT = 60  # seconds
HELD = 5  # seconds, where what is held on purpose would hide what leaks

# The least that Streamlit and Plotly can do for a first picture: the same kind and size of
# picture, nothing around it.
BARE_PAGE = """\
import numpy as np
import plotly.graph_objects as go
import streamlit as st

z = np.random.default_rng(0).normal(size=(64, 50))
st.plotly_chart(go.Figure(go.Heatmap(z=z)))
"""

BARE_PAGE_NAME = "a bare Streamlit page with one Plotly heatmap"

# True once the reader has a picture before them. Ours is drawn on a canvas inside a component,
# perhaps in a shadow root; it counts once two of its pixels differ. Rulers and legends are
# canvases too, and too small to count.
PAINTED_CANVAS = """() => {
  const roots = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      if (element.tagName !== 'CANVAS' || !element.width || !element.height) continue;
      const box = element.getBoundingClientRect();
      if (box.width < 200 || box.height < 60) continue;
      const small = new OffscreenCanvas(64, 64).getContext('2d');
      small.drawImage(element, 0, 0, 64, 64);
      const pixels = new Uint32Array(small.getImageData(0, 0, 64, 64).data.buffer);
      if (pixels.some(pixel => pixel !== pixels[0])) return true;
    }
  }
  return false;
}"""
# Plotly draws a heatmap as one image.
PAINTED_HEATMAP = """() => {
  const image = document.querySelector('.js-plotly-plot image');
  return Boolean(image && image.href.baseVal && image.getBoundingClientRect().width);
}"""


@contextmanager
def bare_page() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.py"
        path.write_text(BARE_PAGE)
        yield path


@contextmanager
def server(
    script: Path, *options: str, sections: str = "whole"
) -> Iterator[tuple[str, psutil.Process]]:
    """Start ``streamlit run script``; its address, before it answers, and its process.

    Pages are drawn whole, as readers without a browser come near to nothing; without
    ``sections`` as a browser has them.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(script)),
            *("--server.port", str(port), "--server.address", "127.0.0.1"),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
            *options,
        ],
        cwd=script.parent,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "SEQSCOPE_SECTIONS": sections},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def short_visits() -> Iterator[None]:
    """Have a server started inside hold visits whose reader is gone for ``HELD`` seconds."""
    os.environ["SEQSCOPE_VISIT_MINUTES"] = str(HELD / 60)
    try:
        yield
    finally:
        del os.environ["SEQSCOPE_VISIT_MINUTES"]


def wait_until_it_answers(address: str) -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=TIMEOUT)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise TimeoutError(f"{address} did not answer within {TIMEOUT} s")


@contextmanager
def browser() -> Iterator:
    """Headless Chromium: the system's where there is one, else Playwright's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
        )
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def reader(chromium, address: str, painted: str) -> Iterator:
    """A new visitor's page, once the first picture is drawn."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        page.wait_for_function(painted, timeout=TIMEOUT * 1000, polling="raf")
        yield page
    finally:
        context.close()


def against_the_bare_page(picture: Callable[..., float], *sides: tuple, rounds: int) -> Result:
    """Median seconds to a first picture: ``picture(*side)`` in turn, the bare page last.

    Of several pages of ours the slowest counts.
    """
    for side in sides:  # fills the disk cache, writes the byte code, pays for imports
        picture(*side)
    times = [[picture(*side) for side in sides] for _ in range(rounds)]
    *ours, peer = (statistics.median(column) for column in zip(*times, strict=True))
    return Result(ours=max(ours), peer=peer, peer_name=BARE_PAGE_NAME, unit="s", goal=0.8)


def resident_megabytes(process: psutil.Process) -> float:
    """Of the process and all its children."""
    tree = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in tree) / 1e6
