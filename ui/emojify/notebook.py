"""What the emojify page's notebook is filled in with."""

from __future__ import annotations

from ui.emojify import reading, sentence, state, train
from ui.parts.notebook import Asked


def asked() -> Asked:
    """Say which notebook it is, and what is set on the page now."""
    asked = train.chosen()
    settings = {
        "sentence": reading.typed().strip() or sentence.FIRST,
        "unknown": asked.unknown.value,
        **{name: getattr(asked, name) for name in train.CHOSEN},
    }
    variant = state.data_name()
    if variant == state.MINE:
        data = state.data()
        settings["my_classes"] = [tuple(one) for one in data.train.classes]
        for name, part in (("my_train", data.train), ("my_test", data.test)):
            labels = [int(label) for label in part.labels]
            settings[name] = list(zip(part.sentences, labels, strict=True))
    return Asked("emojify", settings, variant)
