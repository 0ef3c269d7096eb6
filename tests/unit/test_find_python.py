"""Which Python ``make`` sets the app up with, and what it says where none fits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "find_python.sh"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script for sh")


@pytest.fixture
def find(tmp_path):
    """``find(*names, **fakes)``: run the script where ``fakes`` are the only Pythons, shell lines.

    An underscore in a fake's name stands for a dot.
    """
    for tool in ("sh", "cat", "head"):
        (tmp_path / tool).symlink_to(next(Path(at, tool) for at in ("/bin", "/usr/bin")))

    def run(*names: str, **fakes: str) -> subprocess.CompletedProcess:
        for name, line in fakes.items():
            fake = tmp_path / name.replace("_", ".")
            fake.write_text(f"#!/bin/sh\n{line}\n")
            fake.chmod(0o755)
        return subprocess.run(
            ["/bin/sh", SCRIPT, *names], env={"PATH": str(tmp_path)}, capture_output=True, text=True
        )

    return run


REAL = f'exec {sys.executable} "$@"'
OLD = f'exec {sys.executable} -c "import sys; sys.version_info = (3, 9); $(printf %s "$2")"'
BARE = f"""exec {sys.executable} -c "import sys; sys.modules['ensurepip'] = None
$2" """


def test_the_newest_python_with_tensorflow_comes_first(find):
    found = find(python3=REAL, python3_14=REAL, python3_12=REAL, python3_13="exit 127")
    assert (found.stdout, found.returncode) == ("python3.12\n", 0)
    assert find("python3").stdout == "python3\n"
    assert find(python3_12="exit 1").stdout == "python3.14\n"


def test_what_is_missing_is_said_for_each(find):
    found = find(python3=OLD, python=BARE)
    assert (found.stdout, found.returncode) == ("", 1)
    assert "python3 is no use: Python 3.9;" in found.stderr
    assert "python is no use: import of ensurepip halted" in found.stderr
    assert "needs Python 3.11 to 3.14" in found.stderr
    nothing = find("python3.77")
    assert nothing.returncode == 1
    assert "Looked for python3.77." in nothing.stderr
