"""Draw a reader's own Keras code: it is read over stand-in layers and never run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqlib.i18n import _
from seqlib.shapes.code import building
from seqlib.shapes.code.confirming import build
from seqlib.shapes.code.interpreter import Interpreter
from seqlib.shapes.code.machine import Machine, ModelOf, Sequential, Stop
from seqlib.shapes.code.reading import Source, parse
from seqlib.shapes.code.sizes import Asked
from seqlib.shapes.code.values import ClassOf, Unknown
from seqlib.shapes.code.words import Fault, PasteError, Remark
from seqlib.shapes.layers.base import as_tensors
from seqlib.shapes.recording import Blueprint, Call, Recording, read_off, recording


@dataclass(frozen=True)
class Model:
    """One model of a text: its name there, its blueprint, the calls it is made of."""

    name: str
    sketch: Blueprint
    calls: tuple[Call, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Confirmation:
    """The comparison of a sketch with the model that Keras builds.

    ``agreed`` of ``total`` tensors are equal; ``differing`` lists the others as (ours, Keras'),
    None where one side has no such tensor. ``n_parameters`` is Keras' ``model.count_params()``.
    """

    agreed: int
    total: int
    n_parameters: int
    parameters_agree: bool
    differing: tuple[tuple[Any, Any], ...] = ()

    @classmethod
    def of(cls, sketch: Blueprint, n_parameters: int, total: int, differing: tuple) -> Confirmation:
        """Compare Keras' number of weights with the sketch's too."""
        agree = n_parameters == sketch.n_parameters
        return cls(total - len(differing), total, n_parameters, agree, differing)

    @property
    def holds(self) -> bool:
        """Whether all tensors and the number of weights agree."""
        return self.agreed == self.total and self.parameters_agree


@dataclass(frozen=True)
class Pasted:
    """What a text says.

    Attributes
    ----------
    models : tuple of Model
        The one with most layers first.
    remarks : tuple of Remark
        What was skipped, taken for granted, or is written otherwise in Keras 3.
    asked : tuple of Asked
        Sizes that the text does not say, with the values in use.
    fault : Fault, optional
        A layer that does not fit; the one model holds what stands before it.
    steps : int
        How many steps the walk took.
    values : mapping of line to mapping of name to value
        What each line gives a name, as the interpreter sees it.
    """

    models: tuple[Model, ...]
    remarks: tuple[Remark, ...]
    asked: tuple[Asked, ...]
    fault: Fault | None
    steps: int
    made: Recording
    values: Mapping[int, Mapping[str, Any]]


def read(text: str, sizes: Mapping[str, int] | None = None) -> Pasted:
    """Read Keras code; ``sizes`` are values for names that it does not define.

    Raises ``PasteError``, one sentence with its line, for text that cannot be drawn.
    """
    source = parse(text)
    machine = Machine(source.text, sizes or {})
    try:
        return _walked(machine, source)
    except PasteError:
        raise
    except (RecursionError, MemoryError):
        problem = _("this is nested too deeply to be read.")
    except Exception:  # a fault of ours must not reach the page
        logging.getLogger(__name__).exception("pasted code")
        problem = _("this cannot be read; write one layer a line, LSTM(64).")
    raise PasteError(machine.line, problem)


def _walked(machine: Machine, source: Source) -> Pasted:
    """Walk a text; what its functions and layers would make is drawn if nothing else is."""
    interpreter = Interpreter(machine)
    token = recording.set(machine.recording)
    fault = None
    try:
        interpreter.program(source.tree.body)
        _finish(machine)
        for more in (interpreter.call_uncalled, interpreter.layers_that_are_named):
            if not any(call.inputs for call in machine.recording.calls):
                more()
                _finish(machine)
    except Stop as stopped:
        fault = _finish_below(machine, stopped.fault)
    finally:
        recording.reset(token)
    return _read_off(machine, interpreter, source.remarks, fault)


def _finish(machine: Machine) -> None:
    for model in list(machine.models):
        if isinstance(model, Sequential) and not model.nested:
            building.finish(machine, model)


def _finish_below(machine: Machine, fault: Fault) -> Fault:
    """Draw what stands before a fault; an earlier fault found so takes its place."""
    try:
        _finish(machine)
    except Stop as stopped:
        return min(fault, stopped.fault, key=lambda one: one.line)
    except PasteError:
        pass
    return fault


def _read_off(
    machine: Machine, interpreter: Interpreter, remarks: tuple[Remark, ...], fault: Fault | None
) -> Pasted:
    made = machine.recording
    if fault is not None:
        if not made.calls:
            raise PasteError(fault.line, fault.message)
        models = [_rest(made)]
    else:
        models = [
            _model(machine, one)
            for one in machine.models
            if not (isinstance(one, Sequential) and (one.nested or one.x is None))
        ]
        if not models and any(call.inputs for call in made.calls):
            models = [_rest(made)]
        if not models:
            raise _nothing(machine, interpreter)
    models.sort(key=lambda one: -len(one.calls))
    remarks = tuple(
        sorted((*remarks, *machine.remarks, *machine.skipping()), key=lambda one: one.line)
    )
    asked = tuple(machine.sizes.asked.values())
    return Pasted(tuple(models), remarks, asked, fault, machine.steps, made, machine.made)


def _model(machine: Machine, model: Sequential | ModelOf) -> Model:
    outputs = as_tensors([model.x] if isinstance(model, Sequential) else model.outputs)
    calls = building.calls_of(machine, outputs, model.inputs)
    return _blueprint(machine.recording, model.name, calls, [one.row for one in outputs])


def _rest(made: Recording) -> Model:
    """Make a model of all calls; what no other call reads is its output."""
    read = {row for call in made.calls for row in (*call.inputs, *call.states)}
    ends = [call.results[0] for call in made.calls if call.inputs and not read & set(call.results)]
    return _blueprint(made, "", made.calls, ends)


def _blueprint(made: Recording, name: str, calls: Any, outputs: list[int]) -> Model:
    return Model(name, read_off(made, outputs, calls), tuple(calls), tuple(outputs))


def _nothing(machine: Machine, interpreter: Interpreter) -> PasteError:
    for value in interpreter.scope.values():
        if isinstance(value, ClassOf) and value.of_model:
            return PasteError(
                value.line,
                "{name} is a class, whose layers only running it would call; write the model "
                "with Sequential([…]), or with Input and Model(inputs, outputs).",
                name=value.name,
            )
    for line, names in sorted(machine.made.items()):
        for value in names.values():
            if isinstance(value, Unknown) and value.called.isidentifier():
                return PasteError(
                    line,
                    "“{text}” is not made in the text; paste the lines that make it too.",
                    text=value.called,
                )
    return PasteError(1, "there is no layer yet; type one a line, such as LSTM(64).")


def confirmed(text: str, sizes: Mapping[str, int], number: int = 0) -> Confirmation:
    """Compare Keras' shapes and number of weights of a model with ours.

    ``number`` is the model's place in ``Pasted.models``. Raises as ``build`` does.
    """
    found = read(text, sizes)
    model = found.models[number]
    sketch = model.sketch
    theirs, tensors = build(found.made, model.calls, model.outputs, sketch.n_parameters)
    shapes = [tuple(tensors[row].shape) for call in model.calls for row in call.results]
    pairs = zip(sketch.rows, shapes, strict=True)
    differing = tuple((ours, shape) for ours, shape in pairs if ours.shape != shape)
    return Confirmation.of(sketch, int(theirs.count_params()), len(shapes), differing)
