"""How a component's code and data travel."""

import gzip
import json

from ui import component


def test_the_address_names_the_content(tmp_path):
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "main.js").write_text("1")
    (tmp_path / "big.npy").write_text("not for browsers")
    first = component.version(tmp_path)
    (tmp_path / "big.npy").write_text("changed")
    assert component.version(tmp_path) == first
    (tmp_path / "stage" / "main.js").write_text("2")
    assert component.version(tmp_path) != first
    (tmp_path / "stage" / "main.js").write_text("1")
    (tmp_path / "stage" / "main.js").rename(tmp_path / "main.js")
    assert component.version(tmp_path) != first


def test_large_data_travel_packed_and_equal_data_as_equal_bytes():
    data = {"words": "音乐 " * 1000}
    packed = component.packed(data)
    assert json.loads(gzip.decompress(packed)) == data
    assert len(packed) < 1000
    assert component.packed(dict(data)) == packed


def test_small_data_travel_as_they_are():
    assert component.packed({"step": 3}) == {"step": 3}


def test_all_that_a_module_imports_is_fetched_beside_it():
    reached = component.imported("stage/main.js")
    assert len(reached) == len(set(reached))
    assert {"shared/dom.js", "stage/stage.js", "stage/lanes/cell.js"} <= set(reached)
    lanes = {f"stage/lanes/{path.name}" for path in (component.STATIC / "stage/lanes").iterdir()}
    assert lanes <= set(reached)
    assert all((component.STATIC / path).is_file() for path in reached)


def test_no_module_counts_on_a_store_that_a_browser_may_refuse():
    said = {
        str(path.relative_to(component.STATIC))
        for path in component.STATIC.rglob("*.js")
        if "sessionStorage" in (text := path.read_text("utf-8")) or "localStorage" in text
    }
    assert said == {"shared/tab.js", "visit/connect.js"}
