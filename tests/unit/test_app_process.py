"""What the app's own process never does, seen in a real server: import TensorFlow, or train."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import psutil
import pytest

from benchmarks._server import OURS, server, wait_until_it_answers
from benchmarks._session import Session
from tests import loops

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
WAIT = 600  # seconds; a test that needs them has failed


def has_tensorflow(pid: int) -> bool:
    """Whether a process has TensorFlow's library in its memory."""
    return "tensorflow" in Path(f"/proc/{pid}/maps").read_text()


async def done(session: Session, text: str) -> None:
    """Wait until the page says it; an error on the page ends the test."""

    def said() -> bool:
        assert not session.exceptions(), session.exceptions()
        assert not session.errors(), session.errors()
        return text in session.text()

    await session.until(said, WAIT)


async def paste_ten(page: Session, process: psutil.Process) -> None:
    """Models that Keras is not to build, that break, or that are as large as it may build."""
    large = ["Embedding(400001, 300)\nLSTM(128)", "Embedding(10000000, 1000)"]
    broken = ["Embedding(10, 4)\nDense(2, activation='softmx')"]
    most = [(f"Embedding(90000, 50)\nLSTM({n})", 4_500_000 + 4 * n * (51 + n)) for n in (60, 70)]

    def megabytes() -> list[float]:
        """Of the app's process, and of all below it."""
        below = process.children(recursive=True)
        return [sum(one.memory_info().rss for one in of) / 1e6 for of in ([process], below)]

    async def pasted(text: str, said: str, there: bool = True) -> None:
        await page.set("paste_text", text)
        await page.until(lambda: (said in page.text().replace("\\", "")) == there, WAIT)

    before = megabytes()
    for text, weights in most:
        for one in large:
            await pasted(one, "more than 5,000,000 weights")
        for one in broken:
            await pasted(one, "5,000,000", there=False)
        await pasted(text, f"**{weights:,}** weights agree")
        await pasted(large[0], "more than 5,000,000 weights")
    app, room = (now - then for now, then in zip(megabytes(), before, strict=True))
    assert app < 30  # a table of Embedding(400001, 300) is 480
    assert room < 300


async def use_everything(address: str, process: psutil.Process) -> None:
    """Whatever trains, and whatever asks Keras."""
    async with Session(address, "jazz", "epochs=5&n_a=8&Tx=4&m=8") as session:
        await session.press("jazz_run:train")
        await done(session, "**Done**")
        await session.press("check_keras")
        await done(session, "agree with Keras' own tensors")
    async with Session(address, "shapes", "Tx_djmodel=3&n_a_djmodel=4&n_values_djmodel=5") as page:
        if page.has("confirm"):
            await page.press("confirm")
        await done(page, "Confirmed by Keras")
        await paste_ten(page, process)
        await page.press("sharing")
        await done(page, "15 weight objects")
    async with Session(address, "emojify", "emoji_epochs=1&emoji_units=8") as session:
        await session.press("emoji_run:train")
        await done(session, "**Done**")
        await session.press("emoji_check")
        await done(session, "largest difference of a probability")
        exported = await session.download("emoji_save_keras")
        with zipfile.ZipFile(io.BytesIO(exported)) as opened:
            assert "model.weights.h5" in opened.namelist()
    async with Session(address, "embeddings", "embedding_epochs=1") as session:
        await session.press("embedding:train")
        await session.until(lambda: session.text().count("**Done**") == 2, WAIT)
    async with Session(address, "cell") as session:
        await session.press("copy:train")
        await session.until(lambda: "step " in session.text(), WAIT)


def test_the_apps_process_imports_no_tensorflow_and_all_its_processes_go_with_it(
    keras_installed,
):
    with server(OURS) as (address, process):
        wait_until_it_answers(address)
        loops.run(use_everything(address, process))  # the last run still trains
        workers = process.children(recursive=True)
        assert not has_tensorflow(process.pid)
        assert any(has_tensorflow(worker.pid) for worker in workers)  # it would be seen
        assert 2 <= len(workers) <= 5
        # No worker has imported the app.
        for worker in workers:
            assert "streamlit" not in Path(f"/proc/{worker.pid}/maps").read_text()
    _gone, left = psutil.wait_procs(workers, timeout=20)
    assert not left
