"""How components' code and data travel, and Streamlit's own code."""

import asyncio
import gzip
import json

from tests import loops
from ui import component, files


def test_the_address_names_the_content(tmp_path):
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "main.js").write_text("1")
    (tmp_path / "big.npy").write_text("not for browsers")
    first = files.version(tmp_path)
    (tmp_path / "big.npy").write_text("changed")
    assert files.version(tmp_path) == first
    (tmp_path / "stage" / "main.js").write_text("2")
    assert files.version(tmp_path) != first
    (tmp_path / "stage" / "main.js").write_text("1")
    (tmp_path / "stage" / "main.js").rename(tmp_path / "main.js")
    assert files.version(tmp_path) != first


def test_large_data_travel_packed_and_equal_data_as_equal_bytes():
    data = {"words": "音乐 " * 1000}
    packed = component.packed(data)
    assert json.loads(gzip.decompress(packed)) == data
    assert len(packed) < 1000
    assert component.packed(dict(data)) == packed


def test_small_data_travel_as_they_are():
    assert component.packed({"step": 3}) == {"step": 3}


def test_all_that_a_module_imports_is_fetched_beside_it():
    reached = files.imported("stage/main.js")
    assert len(reached) == len(set(reached))
    assert {"shared/dom.js", "stage/stage.js", "stage/lanes/cell.js"} <= set(reached)
    lanes = {f"stage/lanes/{path.name}" for path in (files.STATIC / "stage/lanes").iterdir()}
    assert lanes <= set(reached)
    assert all((files.STATIC / path).is_file() for path in reached)


def test_no_module_counts_on_a_store_that_a_browser_may_refuse():
    said = {
        str(path.relative_to(files.STATIC))
        for path in files.STATIC.rglob("*.js")
        if "sessionStorage" in (text := path.read_text("utf-8")) or "localStorage" in text
    }
    assert said == {"shared/tab.js", "visit/connect.js"}


def answer(path: str, *headers: tuple[bytes, bytes]) -> tuple[dict[bytes, bytes], bytes]:
    """What a browser gets for a path; nothing where the app behind is asked."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def behind(scope: dict, receive: None, send: None) -> None:
        sent.append({"headers": []})

    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    loops.run(files.Packed(behind)(scope, asyncio.Event().wait, send))
    return dict(sent[0]["headers"]), b"".join(part.get("body", b"") for part in sent)


def test_scripts_travel_packed_streamlits_too_and_are_kept_for_good():
    for path in files.first("jazz"):
        told, body = answer(f"/{path}", (b"accept-encoding", b"gzip, br"))
        assert told[b"content-encoding"] == b"gzip"
        assert b"immutable" in told[b"cache-control"]
        kind, _, name = path.split("/", 2)
        folder = files.SCRIPTS if kind == "static" else files.STATIC
        assert gzip.decompress(body) == (folder / name).read_bytes()
    told, body = answer(f"/{path}")
    assert b"content-encoding" not in told
    assert b"immutable" in told[b"cache-control"]
    assert answer("/static/js/none.js") == answer("/jazz") == ({}, b"")


def test_a_page_names_beforehand_what_draws_it():
    jazz, shapes = files.first("jazz"), files.first("shapes")
    for name in files.ELEMENTS:
        assert sum(f"/{name}." in path for path in jazz) == 1
    ours = f"component/{files.FILES}/"
    assert {f"{ours}shared/load.js", f"{ours}stage/lanes/cell.js", f"{ours}stage/stage.js"} <= set(
        jazz
    )
    assert f"{ours}blueprint/blueprint.js" in shapes
    assert f"{ours}stage/stage.js" not in shapes
