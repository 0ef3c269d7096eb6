"""One cell, one step, every number; a hand in it; why it is built this way."""

from seqlib.i18n import _
from ui.cell import counts, influence, own, sandbox, state, step, tiny
from ui.cell.notebook import asked
from ui.cell.state import Scene
from ui.frame import frame
from ui.frame.sections import section
from ui.parts import notebook


def cell() -> None:
    frame.heading()
    with frame.first():
        with frame.controls("model"):
            scene = state.choose()
        section(one_step, scene, title=_("One step"), anchor="step")
    section(by_hand, title=_("Set every weight"), anchor="weights")
    section(hand, scene, title=_("Sandbox"), anchor="sandbox")
    section(reach, scene, title=_("Why LSTM: how far a gradient reaches"), anchor="reach")
    section(copy, title=_("Why LSTM: the copy-memory task"), anchor="copy")
    section(parameters, scene, title=_("Counts"), anchor="counts")
    section(own_weights, title=_("Your own weights"), anchor="own")
    notebook.offer("cell", asked)


@frame.alone()
def one_step(scene: Scene) -> None:
    frame.explain("step")
    step.show(scene)


@frame.alone()
def by_hand() -> None:
    frame.explain("weights")
    tiny.show()


@frame.alone()
def hand(scene: Scene) -> None:
    frame.explain("sandbox")
    sandbox.show(scene)


@frame.alone()
def reach(scene: Scene) -> None:
    frame.explain("reach")
    influence.reach(scene)


def copy() -> None:
    frame.explain("copy")
    influence.copy_task()


def parameters(scene: Scene) -> None:
    frame.explain("counts")
    counts.show(scene)


def own_weights() -> None:
    frame.explain("own")
    own.show()


frame.page(cell)
