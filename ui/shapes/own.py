"""Draw a model from the reader's own Keras code, with what is not said in it asked for."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes import pasted
from seqlib.shapes.pasted import Asked, Pasted
from seqlib.training import keras_room
from ui.frame import frame
from ui.parts import escape
from ui.shapes import controls, picture
from ui.state import PASTE_SIZES, value, widget

# Names that Markdown shows as they are; a screen reader would read an escaped one's backslashes.
PLAIN = re.compile(r"[A-Za-z]+(_?[A-Za-z0-9]+)*")


@frame.alone()
def form() -> None:
    """Draw the form, the sizes that the code does not say, and the picture or the error."""
    left, right = st.columns([2, 3])
    with left, st.form("paste_form"):
        text = st.text_area(
            _("layers"),
            height=300,
            help=_(
                "Code with `Sequential`, with `Input` and `Model`, or one layer a line; functions, "
                "loops and prompts of a notebook too. It is read, never run."
            ),
            **widget("paste_text"),
        )
        st.form_submit_button(_("Draw"), type="primary", help=_("Read the code and draw it."))
    try:
        found = _read(text)
    except pasted.PasteError as problem:
        right.error(escape.plain(str(problem)), icon=":material/error:")
        return
    with left:
        _ask(found.asked)
    with right:
        _draw(text, found)


def _read(text: str) -> Pasted:
    """Read code with the sizes that the reader has set; which there are, it says itself."""
    given: dict[str, int] = {}
    found = pasted.read(text)
    # A size may decide which others are asked for, in a loop for example.
    for _again in range(3):
        chosen = {
            name: size
            for name, key in _keys(found.asked).items()
            if (size := value(key)) is not None
        }
        if chosen == given:
            break
        given = chosen
        found = pasted.read(text, given)
    return found


def _keys(asked: Sequence[Asked]) -> dict[str, str]:
    """Give each size a box; the same name has the same box in other code, where that is free."""
    keys: dict[str, str] = {}
    for size in asked:
        own = f"paste_{size.name}"
        if own in ("paste_Tx", "paste_n_values"):
            keys[size.name] = own
            continue
        first = zlib.crc32(size.name.encode()) % PASTE_SIZES
        boxes = [f"paste_size_{(first + n) % PASTE_SIZES}" for n in range(PASTE_SIZES)]
        free = next((box for box in boxes if box not in keys.values()), None)
        if free is not None:
            keys[size.name] = free
    return keys


def _ask(asked: Sequence[Asked]) -> None:
    """Draw a number box for each size that the code uses and does not say."""
    if not asked:
        return
    st.caption(_("Sizes that the code does not say:"))
    columns = st.columns(2)
    defaults = {size.name: size.default for size in asked}
    for number, (name, key) in enumerate(_keys(asked).items()):
        with columns[number % 2]:
            st.number_input(
                name if PLAIN.fullmatch(name) else escape.plain(name),
                placeholder=str(defaults[name]),
                help=_(
                    "{low:,} to {high:,}; empty: {default:,}.",
                    low=1,
                    high=widget(key)["max_value"],
                    default=defaults[name],
                ),
                **widget(key),
            )


def _draw(text: str, found: Pasted) -> None:
    number = 0
    if len(found.models) > 1:
        names = _names(found)
        chosen = st.selectbox(
            _("model"),
            help=_("Which of the code's models is drawn."),
            **widget("paste_model", options=names),
        )
        number = names.index(chosen) if chosen in names else 0
    model = found.models[number]
    broken = (found.fault.layer, str(found.fault)) if found.fault else None
    picture.show(model.sketch, key="paste_picture", m=1, broken=broken, places=True)
    if found.remarks:
        st.markdown("\n".join(f"- {escape.plain(str(remark))}" for remark in found.remarks))
    if not broken:
        sizes = {size.name: size.value for size in found.asked}
        about = ("pasted", text, tuple(sizes.items()), number)
        controls.verdict(
            "confirm_pasted",
            about,
            lambda: keras_room.ask(pasted.confirmed, text, sizes, number, key=about),
            model.sketch,
        )


def _names(found: Pasted) -> list[str]:
    """Name the models of the code, each differently."""
    names: list[str] = []
    for model in found.models:
        name = model.name or _("model")
        again = sum(one == name or one.startswith(f"{name} (") for one in names)
        names.append(f"{name} ({again + 1})" if again else name)
    return names
