"""Fetching against a server of our own: progress, taking up again, checksum."""

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from scripts.fetch_glove import FetchError, fetch
from seqlib.vectors import available, load

RNG = np.random.default_rng(0)


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for dim in (50, 100):
            rows = RNG.normal(size=(300, dim))
            text = "".join(
                f"w{k} {' '.join(f'{x:.5f}' for x in row)}\n" for k, row in enumerate(rows)
            )
            zipped.writestr(f"glove.6B.{dim}d.txt", text)
    return made.getvalue()


DATA = archive()
SHA = hashlib.sha256(DATA).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves DATA; ``break_after`` bytes it hangs up, ``errors`` times it answers 503."""

    data = DATA
    ranges = True
    break_after: int | None = None
    errors = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/data/glove.6B.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.asked.append(asked)
        if server.errors:
            server.errors -= 1
            self.send_error(503)
            return
        if not self.path.startswith("/data/"):
            self.send_error(404)
            return
        start = int(asked[6:-1]) if asked and server.ranges else 0
        if start >= len(server.data):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.data)}")
            self.end_headers()
            return
        body = server.data[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header(
                "Content-Range", f"bytes {start}-{len(server.data) - 1}/{len(server.data)}"
            )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.break_after])


@pytest.fixture
def server():
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def quiet(there, total):
    pass


def test_a_file_arrives_whole_and_the_app_finds_it(server, tmp_path, monkeypatch):
    seen = []
    path = fetch(server.url, SHA, tmp_path, lambda there, total: seen.append((there, total)))
    assert path.read_bytes() == DATA
    assert seen[0] == (0, len(DATA))
    assert seen[-1] == (len(DATA), len(DATA))
    monkeypatch.setenv("SEQSCOPE_VECTORS", str(tmp_path))
    offered = available()
    assert [found.name for found in offered] == ["glove.6B.50d", "glove.6B.100d"]
    vectors = load(offered[1].path, member=offered[1].member)
    assert (len(vectors), vectors.dim) == (300, 100)
    assert [found.name for found in available()] == ["glove.6B.50d", "glove.6B.100d"]


def test_it_goes_on_where_it_stopped(server, tmp_path):
    (tmp_path / "glove.6B.zip.part").write_bytes(DATA[:5000])
    seen = []
    fetch(server.url, SHA, tmp_path, lambda there, total: seen.append((there, total)))
    assert server.asked == ["bytes=5000-"]
    assert seen[0] == (5000, len(DATA))
    assert (tmp_path / "glove.6B.zip").read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == ["glove.6B.zip"]


def test_a_connection_that_keeps_breaking_is_taken_up_again(server, tmp_path):
    server.break_after = len(DATA) // 7
    path = fetch(server.url, SHA, tmp_path, quiet, wait=0)
    assert path.read_bytes() == DATA
    assert len(server.asked) == 8


def test_a_server_without_ranges_starts_again(server, tmp_path):
    server.ranges = False
    (tmp_path / "glove.6B.zip.part").write_bytes(b"x" * 5000)
    assert fetch(server.url, SHA, tmp_path, quiet).read_bytes() == DATA


def test_a_part_that_is_already_whole_is_only_checked(server, tmp_path):
    (tmp_path / "glove.6B.zip.part").write_bytes(DATA)
    assert fetch(server.url, SHA, tmp_path, quiet).read_bytes() == DATA


def test_a_part_that_is_too_long_is_fetched_again(server, tmp_path):
    (tmp_path / "glove.6B.zip.part").write_bytes(DATA + b"more")
    assert fetch(server.url, SHA, tmp_path, quiet, wait=0).read_bytes() == DATA


def test_a_wrong_checksum_leaves_nothing_behind(server, tmp_path):
    server.data = DATA[:-1] + b"?"
    with pytest.raises(FetchError, match="wrong checksum"):
        fetch(server.url, SHA, tmp_path, quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_checked_and_not_fetched(server, tmp_path):
    (tmp_path / "glove.6B.zip").write_bytes(DATA)
    assert fetch(server.url, SHA, tmp_path, quiet).read_bytes() == DATA
    assert server.asked == []
    (tmp_path / "glove.6B.zip").write_bytes(b"<html>")
    with pytest.raises(FetchError, match="delete it"):
        fetch(server.url, SHA, tmp_path, quiet)


def test_a_busy_server_is_asked_again(server, tmp_path):
    server.errors = 2
    assert fetch(server.url, SHA, tmp_path, quiet, wait=0).read_bytes() == DATA


def test_a_missing_file_is_named_at_once(server, tmp_path):
    with pytest.raises(FetchError, match="404"):
        fetch(server.url.replace("/data/", "/nowhere/"), SHA, tmp_path, quiet)
    assert len(server.asked) == 1


def test_no_connection_is_a_sentence(tmp_path):
    with pytest.raises(FetchError, match="Run this again"):
        fetch("http://127.0.0.1:9/glove.6B.zip", SHA, tmp_path, quiet, wait=0)
