# %% setup
import importlib.util
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
here = Path.cwd()
sys.path[:0] = [str(at) for at in (here, *here.parents) if (at / "seqlib" / "lstm.py").is_file()]
missing = [name for name in ("seqlib", "keras", "plotly") if importlib.util.find_spec(name) is None]
if missing:
    raise SystemExit(", ".join(missing) + ": " + "MISSING")
