"""The stage's pure modules, in Node's own test runner."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_the_pure_modules_pass_their_tests():
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("no Node on this machine; CI runs these")
    assert node, "CI needs Node for the stage's tests"
    files = sorted(str(path) for path in (ROOT / "tests" / "stage").glob("*.test.mjs"))
    assert files
    run = subprocess.run([node, "--test", *files], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
