"""Files for the reader, and from the reader: a bad one is told of and loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from seqlib.i18n import InputError, Later, _
from ui.parts import held
from ui.parts.escape import plain
from ui.state import page_url
from ui.status.log import event
from ui.visit import session

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
XSRF_COOKIE = "_streamlit_xsrf"
UNREAD = Later("This file cannot be read, so nothing was changed; choose another one.")


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
    use: Callable[..., None],
    *,
    key: str,
    help: str,
    several: bool = False,
    needed: Callable[[], bool] = lambda: False,
    above: bool = False,
) -> bool:
    """A file widget that hands each new file to ``use`` once; all, and the new, if ``several``.

    Its bytes are dropped then, unless they are ``needed`` again. Where ``use`` reads a file that
    was there before, it asks ``held.check_room`` for it. What is drawn ``above`` is drawn again.

    Returns whether there is no error: what is told of the file before it must not stand below one.

    ``use`` raises ``InputError`` with a sentence for the reader; it is shown below the
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
    if not _cookie_kept():
        st.info(
            _(
                "In this frame the browser keeps no cookie, without which no file can be brought. "
                "[Open the page in a tab of its own]({address})",
                address=_address(),
            ),
            icon=":material/open_in_new:",
        )
    seen = f"{key}:seen"
    if not file:
        st.session_state.pop(seen, None)
        return True
    files = file if isinstance(file, list) else [file]
    now = " ".join(one.file_id for one in files)
    before, error = st.session_state.get(seen, (None, None))
    if now != before:
        new = [one for one in files if one.file_id not in (before or "").split()]
        with held.in_turn(files):
            error = _error(key, new, lambda: use(files, new) if several else use(file))
            session.look()  # what it made counts from now on
        if not needed():
            for one in files:
                held.let_go(one)
        st.session_state[seen] = (now, error)
        if above and not error:
            st.rerun()
    if error:
        st.error(plain(str(error)), icon=":material/error:")
    return not error


def _cookie_kept() -> bool:
    """Tell whether the browser keeps this page's cookie, without which Streamlit takes no file.

    In a frame of another site's page it does not.
    """
    checked = st.get_option("server.enableXsrfProtection") and st.context.headers
    return not checked or XSRF_COOKIE in st.context.cookies


def _address() -> str:
    """Return the page's own address with what is set, but for how it is embedded."""
    asked = ((name, each) for name in st.query_params for each in st.query_params.get_all(name))
    return f"{page_url()}?{urlencode(list(asked))}"


def _error(key: str, files: Sequence[Any], use: Callable[[], None]) -> Later | None:
    """Call ``use``; return what is wrong with the files, to be said in either language."""
    try:
        for one in files:
            held.check_room(one)
        use()
    except InputError as problem:
        event("upload_refused", what=key.replace(":", "."))
        return problem.args[0]
    except Exception:  # the fault is ours
        log.exception("a file for %s could not be read", key)
        return UNREAD
    return None


def forget_error(key: str) -> bool:
    """Say no more what is wrong with an uploader's file; tells whether it was said."""
    seen, error = st.session_state.get(f"{key}:seen", ("", None))
    if error:
        st.session_state[f"{key}:seen"] = (seen, None)
    return bool(error)


def is_seen(key: str, file: Any) -> bool:
    """Whether an uploader has handed on this file."""
    return st.session_state.get(f"{key}:seen", ("", ""))[0] == file.file_id
