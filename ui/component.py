"""Components whose code the browser fetches as files, once, instead of in every message.

Streamlit sends a component's script with each message that mounts it. Ours is one line that
imports the real modules from their own address. The address names their content, so a browser
may keep them for good, and modules of two releases never meet.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.components.v1.custom_component import CustomComponent

from seqlib.assets import STATIC
from ui.files import FILES, imported

SMALL = 500  # bytes of JSON
LEVEL = 3  # more takes longer and gains next to nothing, most of it being numbers

# Streamlit's own script stands beside our files, whatever path the app is served under. What a line
# that broke off did not bring is asked for again, once for all calls, which keeps their order.
_LOADER = """\
const page = document.querySelector("script[src*='/static/js/']").src;
const load = new URL("../../component/%s/shared/load.js", page);
const patiently = (wait) => import(load).catch((error) => {
  if (wait > 60) throw error;
  return new Promise((done) => setTimeout(done, wait * 1000)).then(() => patiently(2 * wait));
});
let loaded;
export default async (component) =>
  (await (loaded ??= patiently(1))).default(component, %s, %s, %s);
"""


# Where a script runs without our app, which serves the files itself (``ui.files``), Streamlit does:
# the folder of a declared component, under the component's name. Nobody mounts this one. It is not
# declared by ``declare_component``, which tells the server only within a reader's run.
if runtime.exists():
    files = CustomComponent(FILES, path=str(STATIC))
    runtime.get_instance().component_registry.register_component(files)


def component(name: str, entry: str, *styles: str) -> Callable:
    """Return a component whose module ``entry`` and style sheets are fetched as files.

    What the module imports is fetched beside it: a browser would learn of each only from the one
    that imports it. Paths are below the folder that is served. The module's default export is
    given what Streamlit gives a component, ``data`` as JSON, and returns what closes it, or
    nothing. ``data`` may come ``packed``.
    """
    loader = _LOADER % (FILES, *map(json.dumps, (entry, styles, " ".join(imported(entry)))))
    mount = st.components.v2.component(f"seqscope_{name}", js=loader)

    def show(*, data: dict[str, Any] | bytes, **options: Any) -> Any:
        return mount(data=data if isinstance(data, bytes) else packed(data), **options)

    return show


def packed(data: dict[str, Any]) -> dict[str, Any] | bytes:
    """Return ``data`` as gzipped JSON, which ``shared/load.js`` reads; as it is if small."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    # No time in the header: equal data must give equal bytes, which travel once.
    return data if len(text) < SMALL else gzip.compress(text, compresslevel=LEVEL, mtime=0)
