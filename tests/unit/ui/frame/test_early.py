"""What the server loads before anybody has come."""

from __future__ import annotations

import json
import subprocess
import sys

from ui.frame.frame import ROOT
from ui.navigation import PAGES

LOADED = """
import json, sys
from ui.frame import early
early.load()
print(json.dumps([*sys.modules]))
"""


def test_all_pages_are_imported_and_no_framework_is():
    run = [sys.executable, "-c", LOADED]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout))
    assert {f"ui.{entry.url_path}.notebook" for entry in PAGES if entry.url_path} <= modules
    assert not {"tensorflow", "keras"} & modules
