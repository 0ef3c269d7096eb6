"""Where every dimension comes from."""

from seqlib.i18n import _
from ui.frame import frame
from ui.frame.sections import section
from ui.parts import notebook
from ui.shapes import controls, cost, own, two_ways, what_if
from ui.shapes import defined_once as once
from ui.shapes.notebook import asked


def shapes() -> None:
    frame.heading()
    section(builder)
    section(defined_once, title=_("Defined once, used Tx times"), anchor="once")
    section(feeding, title=_("Fed the true note, fed its own"), anchor="feeding")
    section(what_if_section, title=_("What if"), anchor="what-if")
    section(embedding, title=_("One-hot against embedding"), anchor="embedding")
    section(paste, title=_("Your own model"), anchor="paste")
    notebook.offer("shapes", asked)


@frame.alone("construction", *once.SIZES.values())
def builder() -> None:
    controls.explorer()


def defined_once() -> None:
    frame.explain("once")
    once.counts()
    once.effect()
    once.on_stage()


def feeding() -> None:
    frame.explain("feeding")
    two_ways.show()


@frame.alone()
def what_if_section() -> None:
    frame.explain("what-if")
    what_if.show()


@frame.alone()
def embedding() -> None:
    frame.explain("cost")
    cost.compare()


def paste() -> None:
    frame.explain("paste")
    own.form()


frame.page(shapes)
