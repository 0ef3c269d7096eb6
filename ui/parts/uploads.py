"""Files for the reader, and from the reader: a bad one is told of and loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from seqlib.i18n import N_, _, language
from ui.parts.escape import plain
from ui.status.log import event

# What a reader is told where the fault is ours; the log has the rest.
UNREAD = N_("This file cannot be read, so nothing was changed; choose another one.")

TYPES = {
    "csv": "text/csv",
    "ipynb": "application/x-ipynb+json",
    "json": "application/json",
    "mid": "audio/midi",
    "pdf": "application/pdf",
    "seqscope": "application/zip",
    "zip": "application/zip",
}

log = logging.getLogger(__name__)


def download(
    label: str, make: Callable[[], bytes], name: str, icon: str = "download", **button: Any
) -> None:
    """Draw a button for the file ``name``, which ``make`` writes when it is pressed."""
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    icon = f":material/{icon}:"
    st.download_button(label, make, name, kind, icon=icon, on_click="ignore", **button)


def uploader(
    label: str,
    types: Sequence[str],
    megabytes: int,
    use: Callable[[Any], None],
    *,
    key: str,
    help: str,
    several: bool = False,
) -> bool:
    """A file widget that hands each new file to ``use`` once; all of them, if ``several``.

    Returns whether there is no error: what is told of the file before it must not stand below one.

    ``use`` raises ``ValueError`` with a sentence for the reader; it is shown below the
    widget until another file is chosen, and nothing else changes. Streamlit shows the limit
    of ``megabytes`` in the widget; whatever reads the file holds it too.
    """
    file = st.file_uploader(
        label,
        type=list(types),
        key=key,
        help=help,
        max_upload_size=megabytes,
        accept_multiple_files=several,
    )
    seen = f"{key}:seen"
    if not file:
        st.session_state.pop(seen, None)
        return True
    file_id, error, spoken = st.session_state.get(seen, (None, "", ""))
    now = " ".join(one.file_id for one in (file if isinstance(file, list) else [file]))
    if now != file_id or (error and spoken != language()):
        try:
            use(file)
            error = ""
        except ValueError as problem:
            error = str(problem)
            event("upload_refused", what=key.replace(":", "."))
        except Exception:
            log.exception("a file for %s could not be read", key)
            error = _(UNREAD)
        st.session_state[seen] = (now, error, language())
    if error:
        st.error(plain(error), icon=":material/error:")
    return not error


def is_seen(key: str, file: Any) -> bool:
    """Whether an uploader has handed on this file."""
    return st.session_state.get(f"{key}:seen", ("", ""))[0] == file.file_id
