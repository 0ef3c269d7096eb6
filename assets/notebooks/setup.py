# %% setup
import importlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
here = Path.cwd()
sys.path[:0] = [str(at) for at in (here, *here.parents) if (at / "seqlib" / "assets.py").is_file()]
needed, install = ["NEEDED"], "INSTALL"
if install and not all(map(find_spec, needed)):
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", install], check=False)
    importlib.invalidate_caches()
missing = [name for name in needed if find_spec(name) is None]
if missing:
    raise SystemExit(", ".join(missing) + ": " + "MISSING")
