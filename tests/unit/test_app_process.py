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


async def use_everything(address: str) -> None:
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
        loops.run(use_everything(address))  # the last run still trains
        workers = process.children(recursive=True)
        assert not has_tensorflow(process.pid)
        assert any(has_tensorflow(worker.pid) for worker in workers)  # it would be seen
        assert 2 <= len(workers) <= 5
        # No worker has imported the app.
        for worker in workers:
            assert "streamlit" not in Path(f"/proc/{worker.pid}/maps").read_text()
    _gone, left = psutil.wait_procs(workers, timeout=20)
    assert not left
