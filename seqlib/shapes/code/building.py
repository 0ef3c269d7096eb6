"""Make layers, inputs and models from what a text says, and call them on tensors."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any, NoReturn

from seqlib.i18n import _
from seqlib.shapes.code import older
from seqlib.shapes.code.machine import MAX_LAYERS, Machine, ModelOf, Sequential
from seqlib.shapes.code.values import Array, ClassOf, Function, Opaque, Path, Unknown, plain
from seqlib.shapes.code.words import PasteError, short
from seqlib.shapes.layers import ACTIVATIONS, LAYERS, Layer
from seqlib.shapes.layers.base import (
    CHECKS,
    FLAGS,
    RATES,
    as_tensors,
    flat,
    signature,
    written,
)
from seqlib.shapes.layers.operations import Lambda
from seqlib.shapes.layers.plain import Embedding, Masking, Permute, Same
from seqlib.shapes.layers.recurrent import RNN, Bidirectional, TimeDistributed
from seqlib.shapes.recording import (
    GetItem,
    InputOf,
    Operation,
    Recording,
    ShapeError,
    Spec,
    SymbolicTensor,
    recording,
)

# Layers of Keras that are not drawn here; without them their names would be taken for data.
NOT_DRAWN = frozenset(
    (
        *("Conv2D", "Conv3D", "Convolution2D", "SeparableConv2D"),
        *("DepthwiseConv1D", "DepthwiseConv2D", "Conv1DTranspose", "Conv2DTranspose"),
        *("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
        *("MaxPool2D", "MaxPooling3D", "ConvLSTM1D", "ConvLSTM2D", "ZeroPadding2D", "Resizing"),
        *("UpSampling2D", "LocallyConnected1D", "GroupNormalization"),
        *("StringLookup", "IntegerLookup", "Rescaling", "Normalization", "Discretization"),
        *("CategoryEncoding", "Hashing", "GroupQueryAttention", "EinsumDense", "MaxoutDense"),
        *("Highway", "CRF", "ConvLSTM3D", "SpatialDropout2D", "ThresholdedReLU", "Wrapper"),
    )
)
MAKERS = frozenset(
    ("Input", "InputLayer", "Sequential", "Model", "Functional", "TimeDistributedDense", "Merge")
)
MERGING = ("Concatenate", "Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract", "Dot")
JOINING = {name.lower(): name for name in MERGING}  # functions beside the layers
LAYER_NAMES = frozenset(LAYERS) | older.RENAMED_LAYERS.keys() | older.ALIASES.keys()
WITHOUT_BATCH = ("target_shape", "dims", "axis", "axes", "padding", "cropping", "size")
INSIDE = ("layer", "backward_layer", "cell", "cells")


# -- layers ------------------------------------------------------------------------------------


def make_layer(m: Machine, name: str, args: list, kwargs: dict[str, Any], title: str) -> Layer:
    """Make the layer of this name; arguments of older versions are translated."""
    m.layers += name != "Lambda"  # a loop makes one at each turn; its calls are bounded
    if m.layers > MAX_LAYERS:
        m.refuse("more than {most} layers; leave some out.", most=MAX_LAYERS)
    if name in NOT_DRAWN:
        no_such_layer(m, name)
    if name == "TimeDistributedDense":
        m.say(older.renamed("TimeDistributedDense(…)", "TimeDistributed(Dense(…))"))
        inner = make_layer(m, "Dense", args, kwargs, title)
        made = make_layer(m, "TimeDistributed", [inner], {}, title)
        made.hint = inner.hint
        return made
    new = older.ALIASES.get(name) or older.RENAMED_LAYERS.get(name, name)
    if name in older.RENAMED_LAYERS:
        m.say(older.renamed(name, new))
    kind = LAYERS[new]
    asked_for = kwargs.get("name")
    kwargs = {key: value for key, value in kwargs.items() if key != "name"}
    for value in flat([*args, *kwargs.values()]):
        if isinstance(value, Opaque):
            m.no_value(value.label)
    if kwargs.get("weights") is not None:
        m.skip("weights=")
    hint = older.input_shape(new, kwargs, m.say)
    kwargs = older.translate(kind, kwargs, m.say)
    order = list(signature(kind.takes).parameters)
    try:
        positional = [
            argument(m, order[n] if n < len(order) else "", value) for n, value in enumerate(args)
        ]
        named = {key: argument(m, key, value) for key, value in kwargs.items()}
        layer = kind(*positional, **named)
    except ShapeError as problem:
        m.fail(title, str(problem))
    layer.title = title
    layer.hint = hint
    layer.asked_for = asked_for
    if isinstance(layer, Lambda):
        _read_lambda(m, layer)
    return layer


def no_such_layer(m: Machine, name: str) -> NoReturn:
    """Refuse a layer that is not drawn here."""
    m.refuse(
        "there is no {name} here; use {names} or another layer for sequences.",
        name=short(name),
        names="Embedding, LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed, Conv1D, Dense",
    )


def argument(m: Machine, name: str, value: Any) -> Any:
    """Return an argument's value for a stand-in layer; unknown sizes are asked for."""
    if name in ("activation", "recurrent_activation"):
        return _activation(m, value)
    if name == "function":
        return value
    if name in INSIDE:
        return _inside(m, value)
    if name in FLAGS or name in RATES:
        if not isinstance(value, Unknown):
            return value
        if name in FLAGS and (right := value.label.capitalize()) in ("True", "False"):
            m.say("“{text}” is written {right} in Python.", text=value.label, right=right)
            return right == "True"
        if name in FLAGS:
            m.say(
                "{name} is {text}, which has no value here; taken as False.",
                name=name,
                text=short(value.label),
            )
        return False if name in FLAGS else 0.5
    if name in CHECKS or name in WITHOUT_BATCH:
        if isinstance(value, Unknown) and name in ("merge_mode", "score_mode", "data_format"):
            m.no_value(value.label)
        found = m.resolve(value, name)
        if not plain(found):
            m.no_value(_label(found))
        return found
    return m.resolve(value, name) if name in ("output_shape", "value_dim") else value


def _label(value: Any) -> str:
    if isinstance(value, Unknown | Opaque):
        return value.label
    if isinstance(value, Path):
        return value.dotted
    return written(value)


def _inside(m: Machine, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_inside(m, one) for one in value]
    if isinstance(value, Unknown | ClassOf | Path):
        not_a_layer(m, value)
    if isinstance(value, Sequential | ModelOf):
        _nest(value)
        return ModelLayer(m, value)
    return value


def _activation(m: Machine, value: Any) -> Any:
    """Name an activation, which may be given as ``tf.nn.relu`` or as a layer."""
    if isinstance(value, Path) and value.last in ACTIVATIONS:
        return value.last
    if isinstance(value, Layer):
        names = {"LeakyReLU": "leaky_relu", "ReLU": "relu", "ELU": "elu", "Softmax": "softmax"}
        if value.kind in names:
            return names[value.kind]
    if isinstance(value, Unknown | Function | Path):
        m.no_value(_label(value) if not isinstance(value, Function) else "lambda")
    return value


def not_a_layer(m: Machine, value: Any) -> NoReturn:
    """Refuse something that stands where a layer is needed."""
    if isinstance(value, ClassOf):
        m.refuse(
            "{name} is a class of the text's own, line {line}, and classes are not run here; "
            "write its layers out.",
            name=value.name,
            line=value.line,
        )
    name = value.called if isinstance(value, Unknown) else _label(value)
    if name and name[:1].isupper() and name.isidentifier():
        no_such_layer(m, name)
    m.refuse(
        "“{text}” is not a layer known here; paste the lines that make it too.",
        text=short(_label(value)),
    )


class ModelLayer(Layer):
    """A model that another layer has inside, as in ``TimeDistributed(encoder)``."""

    several = (1, 64)

    def __init__(self, m: Machine, model: Sequential | ModelOf) -> None:
        super().__init__()
        self.machine, self.model = m, model
        self.title = model.name or "model"

    def results(self, *specs: Spec, **options: Any) -> list:
        m, kept = self.machine, self.machine.recording
        made = m.recording = Recording(kept.line)
        token = recording.set(made)
        try:
            inputs = made.add(Operation("input", lambda: Spec(())), list(specs))
            out = replay(m, self.model, inputs)
        finally:
            m.recording = kept
            recording.reset(token)
        layers = {id(call.layer): call.layer for call in made.calls}
        self.n_parameters = sum(layer.n_parameters for layer in layers.values())
        return [one.spec for one in as_tensors(out)]


# -- functions as layers -----------------------------------------------------------------------


def _read_lambda(m: Machine, layer: Lambda) -> None:
    """Let a Lambda work by reading its function on stand-ins."""
    function, line = layer.given.function, m.line

    def work(*specs: Spec) -> Spec:
        shape = layer.given.output_shape
        sizes = shape if isinstance(shape, list | tuple) else [shape]
        if shape is not None and all(isinstance(size, int | None) for size in sizes):
            return Spec((specs[0].shape[0], *sizes))
        tensors = [SymbolicTensor(spec) for spec in specs]
        m.inside += 1
        m.worked = []
        try:
            made = m.run(function, [tensors if len(tensors) > 1 else tensors[0]], {}, line)
        except PasteError:
            made = None
        finally:
            m.inside -= 1
        if not isinstance(made, SymbolicTensor):
            if absent := sorted(_names_in(m, function) & m.implied.keys()):
                raise ShapeError(
                    "“{text}” is not made in the text; paste the lines that make it too.",
                    text=absent[0],
                )
            raise ShapeError(
                "Lambda: what its function gives cannot be read here; add "
                "output_shape=(…), the sizes without the batch."
            )
        layer.alone = m.worked[0] if len(m.worked) == 1 else None
        return made.spec

    layer.work = work


def _names_in(m: Machine, function: Any) -> set[str]:
    """Return the names in a function of the text; none in any other."""
    if not isinstance(function, Function):
        return set()
    return {node.id for node in m.nodes(function.node) if isinstance(node, ast.Name)}


def operate(m: Machine, operation: Operation, tensors: list[SymbolicTensor]) -> Any:
    """Apply an operation that is no layer; inside a Lambda it is part of the Lambda.

    Returns a tensor, or the list of those that it makes.
    """
    try:
        if not m.inside:
            return operation(tensors)
        m.worked.append(operation)
        found = operation.work(*(tensor.spec for tensor in tensors))
        made = [SymbolicTensor(spec) for spec in found] if isinstance(found, list) else None
        return made or SymbolicTensor(found)
    except ShapeError as problem:
        m.fail(operation, problem, tensors)
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):  # of any kind
        m.fail(operation, "{name}: these arguments cannot be read here.", name=operation.kind)


def take(m: Machine, tensor: SymbolicTensor, key: Any, title: str) -> SymbolicTensor:
    """Take a slice of a tensor."""
    parts = key if isinstance(key, tuple) else (key,)
    # Which step is taken changes no shape, so an unknown one is not asked for.
    known = tuple(0 if isinstance(one, Unknown) else m.resolve(one) for one in parts)
    if known and isinstance(known[0], int) and tensor.shape[:1] == (None,):
        m.say(
            "The first axis of {shape} is the batch, so this takes one sequence of it; a time "
            "step of all is X[:, t, :].",
            shape=written(tensor.shape),
        )
    return operate(m, GetItem(known, title), [tensor])


# -- inputs ------------------------------------------------------------------------------------


def add_input(m: Machine, shape: tuple, dtype: str) -> SymbolicTensor:
    """Record an input of the model."""
    name = m.recording.free_name("input")
    try:
        return m.recording.add(InputOf(name), [Spec(shape, dtype)])[0]
    except ShapeError as problem:
        m.fail("Input", problem)


def make_input(m: Machine, args: list, kwargs: dict[str, Any]) -> SymbolicTensor:
    """Make a tensor of ``Input(…)`` or ``InputLayer(…)``."""
    batch = kwargs.get("batch_size")
    shape = args[0] if args else kwargs.get("shape", kwargs.get("input_shape"))
    for name in ("batch_shape", "batch_input_shape"):
        if shape is None and name in kwargs:
            given = kwargs[name]
            if isinstance(given, list | tuple):
                batch, shape = given[0] if given else None, given[1:]
            else:
                shape = Unknown(_label(given))
    words = [one for one in (*args[1:], kwargs.get("dtype")) if isinstance(one, str | Path)]
    names = [one.last if isinstance(one, Path) else one for one in words]
    dtype = "int32" if any(one.startswith(("int", "uint")) for one in names) else "float32"
    if isinstance(shape, Opaque) or shape is None:
        m.fail("Input", "Input needs a shape without the batch, such as Input(shape=(10,)).")
    if isinstance(shape, Unknown):
        tensor = add_input(m, _unknown_shape(m, shape.label, 1 if dtype == "int32" else 2), dtype)
        m.open[tensor.row] = shape.label
        return tensor
    if not isinstance(shape, list | tuple):
        m.fail(
            "Input",
            "Input: shape is {value}, and a shape is a tuple; write shape=({value},).",
            value=written(shape),
        )
    return add_input(m, full_shape(m, (batch, *shape)), dtype)


def full_shape(m: Machine, shape: tuple) -> tuple:
    """Return a shape with its batch, whose unknown sizes are asked for."""
    sizes = []
    for axis, size in enumerate(shape):
        last = axis == len(shape) - 1
        role = "batch" if axis == 0 else "features" if last and axis > 1 else "Tx"
        found = m.resolve(size, role)
        if found is not None:
            try:
                CHECKS["units"]("Input", "shape", found)
            except ShapeError as problem:
                m.fail("Input", str(problem))
        sizes.append(found)
    return tuple(sizes)


def _unknown_shape(m: Machine, label: str, axes: int) -> tuple:
    base, first = (label[:-4], 1) if label.endswith("[1:]") else (label, 0)
    roles = ("Tx", "features")
    return (None, *(m.sizes.ask(f"{base}[{first + n}]", roles[n]) for n in range(axes)))


def settle(m: Machine, tensor: SymbolicTensor, layer: Layer) -> None:
    """Give an input whose axes are not known those that its first reader needs."""
    label = m.open.pop(tensor.row, None)
    if label is None:
        return
    axes = 2 if reads_sequences(layer) else 1
    spec = tensor.spec._replace(shape=_unknown_shape(m, label, axes))
    tensor.spec = m.recording.specs[tensor.row] = spec
    for name in [one for one in m.sizes.asked if one.startswith(label.removesuffix("[1:]"))]:
        if name not in [getattr(size, "name", "") for size in spec.shape]:
            m.sizes.asked.pop(name)


def reads_sequences(layer: Layer) -> bool:
    """Whether a layer needs (m, Tx, features)."""
    others = RNN | Bidirectional | TimeDistributed | Masking | Permute
    return layer.over_time or isinstance(layer, others)


def input_for(m: Machine, layers: Sequence[Any]) -> SymbolicTensor:
    """Make the input that a stack of layers needs and the text does not make."""
    first = layers[0]
    hint = first.hint or getattr(vars(first.given).get("layer"), "hint", None)
    dtype = "int32" if isinstance(first, Embedding) else "float32"
    if isinstance(hint, Unknown):
        axes = 2 if reads_sequences(first) else 1
        return add_input(m, _unknown_shape(m, hint.label, axes), dtype)
    if hint is not None:
        return add_input(m, full_shape(m, hint), dtype)
    if first.kind == "TextVectorization":
        return add_input(m, (None,), "string")
    if first.kind == "Reshape" and -1 not in first.given.target_shape:
        return add_input(m, (None, math.prod(first.given.target_shape)), dtype)
    Tx = m.sizes.ask("Tx", default=10)
    if isinstance(first, Embedding):
        return add_input(m, (None, Tx), dtype)
    decisive = next((one for one in layers if not isinstance(one, Same)), first)
    n_values = m.sizes.ask("n_values", "features")
    if isinstance(decisive, Layer) and reads_sequences(decisive):
        return add_input(m, (None, Tx, n_values), dtype)
    m.sizes.asked.pop("Tx")
    return add_input(m, (None, n_values), dtype)


# -- calls -------------------------------------------------------------------------------------


def tensors_of(m: Machine, value: Any, layer: Any) -> list[SymbolicTensor]:
    """List the tensors that a layer is called on; unknown ones become inputs."""
    found = []
    for one in flat(value):
        if isinstance(one, SymbolicTensor):
            found.append(one)
        elif isinstance(one, Sequential):
            finish(m, one)
            found += as_tensors(one.x)
        elif isinstance(one, ModelOf):
            found += one.outputs
        elif isinstance(one, Array) and not isinstance(layer, str):
            if one not in m.arrays:
                dtype = "int32" if isinstance(layer, Embedding) else "float32"
                m.arrays[one] = add_input(m, full_shape(m, one.shape), dtype)
            found.append(m.arrays[one])
        elif isinstance(one, Unknown):
            if not isinstance(layer, Layer):
                m.refuse(
                    "“{text}” is not made in the text; paste the lines that make it too.",
                    text=short(one.label),
                )
            if one.label not in m.implied:
                made = input_for(m, [layer])
                m.implied[one.label] = made
                m.recording.names.setdefault(made.row, short(one.label, 24))
            found.append(m.implied[one.label])
        else:
            m.fail(
                layer if isinstance(layer, Layer) else "Model",
                _(
                    "“{text}” is a layer and no tensor yet; call it on one: {text}(x).",
                    text=short(one.title, 60),
                )
                if isinstance(one, Layer)
                else _("A layer reads tensors, and {value} is none.", value=_label(one)),
            )
    return found


def call_layer(m: Machine, layer: Layer, args: list, kwargs: dict[str, Any]) -> Any:
    """Call a layer on tensors."""
    m.tick()
    if m.inside:  # a Lambda has no layers; what it is told then is said there
        m.refuse("“{text}” cannot be read here; write it with layers.", text=layer.title)
    value = args[0] if args else next(iter(kwargs.values()), [])
    for name in sorted((kwargs.keys() & signature(layer.takes).parameters) - {"mask"}):
        m.fail(
            layer,
            "{name}= belongs to the layer, not to its call: {kind}(…, {name}=…)(x).",
            kind=layer.kind,
            name=name,
        )
    if layer.several[1] > 1 and len(args) > 1 and not isinstance(value, list | tuple):
        value = [one for one in args if not isinstance(one, int | None)]
    if layer.kind == "MultiHeadAttention":
        value = [*args, *(kwargs[one] for one in ("query", "value", "key") if one in kwargs)]
    tensors = tensors_of(m, value, layer)
    second = args[1] if len(args) > 1 and layer.several[1] == 1 else None
    states = kwargs.get("initial_state", second)
    if isinstance(layer, RNN) and states is None and len(tensors) > 1:
        if len({one.shape for one in tensors}) == 1 and len(tensors[0].shape) == 2:
            m.fail(
                layer,
                "{kind} reads one tensor, (m, Tx, features), and gets a list of {n}; put its steps "
                "together: keras.ops.stack(steps, axis=1).",
                kind=layer.kind,
                n=len(tensors),
            )
        m.say(older.renamed("LSTM(…)([x, a, c])", "LSTM(…)(x, initial_state=[a, c])"))
        tensors, states = tensors[:1], tensors[1:]
    if states is not None:
        if isinstance(layer, RNN):
            _imply_states(m, layer, states)
        states = tensors_of(m, states, layer) if not isinstance(states, Unknown) else None
    for tensor in tensors:
        settle(m, tensor, layer)
    scores = "return_attention_scores"
    options = {scores: True} if kwargs.get(scores) is True else {}
    if isinstance(layer, Lambda) and m.turning:
        _warn_of_lambda(m, layer)
    try:
        return layer(tensors if len(tensors) != 1 else tensors[0], states, **options)
    except ShapeError as problem:
        m.fail(layer, problem, tensors)


def _imply_states(m: Machine, layer: RNN, states: Any) -> None:
    """Take states that the text does not make for inputs as long as the layer keeps them."""
    for one, size in zip(flat(states), flat(layer.cell.sizes()), strict=False):
        if isinstance(one, Unknown) and one.label not in m.implied:
            made = add_input(m, (None, size), "float32")
            m.implied[one.label] = made
            m.recording.names.setdefault(made.row, short(one.label, 24))


def _warn_of_lambda(m: Machine, layer: Lambda) -> None:
    for name in sorted(_names_in(m, layer.given.function) & m.turning):
        m.say(
            "Keras 3 runs this lambda again whenever the model is called, and then {name} "
            "has its last value; write the slice without Lambda: X[:, t, :].",
            name=name,
        )


def unknown_layer(m: Machine, value: Unknown) -> Layer:
    """Take a layer that the text does not make for an Embedding, where its name says so."""
    if "embed" not in value.label.lower():
        not_a_layer(m, value)
    m.say(
        "{text} is not in the text; taken as Embedding(vocab_len, emb_dim).",
        text=short(f"{value.called}(…)" if value.called else value.label),
    )
    sizes = [Unknown("vocab_len"), Unknown("emb_dim")]
    return make_layer(m, "Embedding", sizes, {}, short(value.label, 60))


# -- models ------------------------------------------------------------------------------------


def make_model(m: Machine, args: list, kwargs: dict[str, Any]) -> ModelOf:
    """Make ``Model(inputs, outputs)``, Keras 1's ``Model(input=…, output=…)`` too."""
    for old in ("input", "output"):
        if old in kwargs:
            m.say(older.renamed(f"Model({old}=…)", f"Model({old}s=…)"))
            kwargs[f"{old}s"] = kwargs.pop(old)
    args = [one for one in args if not isinstance(one, str)]
    inputs = args[0] if args else kwargs.get("inputs")
    outputs = args[1] if len(args) > 1 else kwargs.get("outputs")
    if outputs is None or isinstance(outputs, Unknown | Layer):
        m.refuse(
            "this model has no outputs that are known here; paste the lines that make them, "
            "and write Model(inputs, outputs)."
        )
    found = tensors_of(m, outputs, "Model")
    given = [] if isinstance(inputs, Unknown | None) else tensors_of(m, inputs, "Model")
    model = ModelOf(given, found, m.line)
    _connected(m, model)
    m.models.append(model)
    return model


def _connected(m: Machine, model: ModelOf) -> None:
    """Stop at a model that leaves out an input on which its outputs depend."""
    made = m.recording
    given = {tensor.row for tensor in model.inputs}
    if any(made.calls[made.maker[row]].inputs for row in given):
        return  # it begins in the middle of another
    for call in calls_of(m, model.outputs):
        row = call.results[0]
        if not call.inputs and given and row not in given:
            m.fail(
                "Model",
                "Model: the outputs depend on the input {name}, which is not among its inputs.",
                name=made.names.get(row, call.layer.name),
            )


def calls_of(m: Machine, outputs: Sequence[SymbolicTensor], also: Sequence = ()) -> list:
    """List the calls that outputs depend on, and the inputs ``also``, in their order."""
    wanted = {tensor.row for tensor in (*outputs, *also)}
    found = []
    for call in reversed(m.recording.calls):
        if wanted.intersection(call.results):
            found.append(call)
            wanted.update(call.inputs, call.states)
    m.tick(len(m.recording.calls) // 25 + len(found) // 10)
    return found[::-1]


def layers_of(m: Machine, model: Sequential | ModelOf) -> list:
    """List a model's layers as Keras counts them: those of ``Model(…)`` after its inputs."""
    if isinstance(model, Sequential):
        return [item for item, *_rest in model.items if isinstance(item, Layer)]
    layers = [call.layer for call in calls_of(m, model.outputs)]
    inputs = [Unknown("InputLayer") for _one in model.inputs]
    return [*inputs, *dict.fromkeys(layer for layer in layers if isinstance(layer, Layer))]


def layer_of(m: Machine, model: Sequential | ModelOf, at: Any) -> Any:
    """Return the layer of a model by its place or its name."""
    layers = layers_of(m, model)
    if isinstance(at, int):
        return layers[at] if -len(layers) <= at < len(layers) else Unknown("layer")
    named: dict[Any, Layer] = {}
    for layer in layers:
        if isinstance(layer, Layer):
            own = layer.asked_for
            named[own if isinstance(own, str) else layer.name or layer.kind.lower()] = layer
    if isinstance(at, str) and at not in named:
        m.refuse("no layer is named “{name}” here; there are {names}.", name=at, names=[*named])
    return named.get(at, Unknown("layer"))


def make_sequential(m: Machine, args: list, kwargs: dict[str, Any]) -> Sequential:
    """Make ``Sequential`` with the layers that it is given."""
    model = Sequential(line=m.line)
    items = args[0] if args else kwargs.get("layers", [])
    for one in items if isinstance(items, list | tuple) else []:
        add(m, model, one)
    m.models.append(model)
    return model


def add(m: Machine, model: Sequential, item: Any) -> None:
    """Add a layer, an input or a model to a stack; it is called when the stack is finished."""
    if isinstance(item, ClassOf | Path):
        not_a_layer(m, item)
    if isinstance(item, Unknown):
        item = unknown_layer(m, item)
    if not isinstance(item, Layer | SymbolicTensor | Sequential | ModelOf):
        m.refuse("“{text}” is not a layer; write LSTM(64).", text=short(_label(item)))
    if isinstance(item, Sequential | ModelOf):
        _nest(item)
    line = m.line
    if isinstance(item, Layer):
        line = item.line or m.line
    model.items.append((item, line, m.recording.iteration))


def _nest(model: Any) -> None:
    if isinstance(model, Sequential):
        model.nested = True


def finish(m: Machine, model: Sequential) -> Any:
    """Call the layers of a stack that have not been called, and return its output."""
    kept = m.line, m.recording.iteration
    items, start = model.items, model.applied
    model.applied = len(items)  # what stands above a layer that does not fit is not called
    for number in range(start, len(items)):
        if isinstance(model.x, list):
            item, m.line, _turn = items[number - 1]
            m.fail(
                item,
                "return_state=True gives several results, and the next layer of a stack reads "
                "one; leave it out here.",
            )
        item, m.line, m.recording.iteration = items[number]
        rest = [one for one, *_rest in items[number:]]
        if isinstance(item, SymbolicTensor):
            if model.x is not None:
                m.fail("Input", "Input stands first in a stack, and only once.")
            model.inputs, model.x = [item], item
            continue
        if model.x is None:
            if isinstance(item, Sequential | ModelOf):
                made = finish(m, item) if isinstance(item, Sequential) else item.outputs
                model.inputs, model.x = item.inputs, next(iter(as_tensors(made)), None)
                continue
            if isinstance(model.input_shape, list | tuple):
                shape = full_shape(m, tuple(model.input_shape))
                model.x = add_input(m, shape, "int32" if isinstance(item, Embedding) else "float32")
            else:
                model.x = input_for(m, rest)
            model.inputs = [model.x]
        if isinstance(item, Sequential | ModelOf):
            model.x = replay(m, item, [model.x])
        else:
            model.x = call_layer(m, item, [model.x], {})
    m.line, m.recording.iteration = kept
    return model.x


def replay(m: Machine, model: Sequential | ModelOf, inputs: list[SymbolicTensor]) -> Any:
    """Call a model on tensors: its layers are called once more."""
    if isinstance(model, Sequential):
        model.nested = True
        x: Any = inputs[0] if inputs else m.refuse("this model is called on no tensor.")
        for item, *_place in model.items:
            if isinstance(item, SymbolicTensor):
                continue
            if isinstance(item, Layer):
                x = call_layer(m, item, [x], {})
            else:
                x = replay(m, item, as_tensors(x))
        return x
    if len(inputs) != len(model.inputs):
        m.fail(
            model.name or "Model",
            "this model reads {needed} tensors, and is called on {n}.",
            needed=len(model.inputs),
            n=len(inputs),
        )
    for old, new in zip(model.inputs, inputs, strict=True):
        if len(old.shape) != len(new.shape) or any(
            None not in sizes and sizes[0] != sizes[1]
            for sizes in zip(old.shape, new.shape, strict=False)
        ):
            m.fail(
                model.name or "Model",
                "this model's input is {needed}, and it is called on {shape}.",
                needed=written(old.shape),
                shape=written(new.shape),
            )
    now = {old.row: new for old, new in zip(model.inputs, inputs, strict=True)}
    for call in calls_of(m, model.outputs):
        if all(row in now for row in call.results) or not call.inputs:
            continue
        read = [now[row] for row in call.inputs if row in now]
        states = [now[row] for row in call.states if row in now]
        if isinstance(call.layer, Operation):
            made: Any = operate(m, call.layer, read)
        else:
            made = call_layer(m, call.layer, [read], {"initial_state": states or None})
        now.update(zip(call.results, as_tensors(made), strict=False))
    out = [now[tensor.row] for tensor in model.outputs if tensor.row in now]
    return out[0] if len(out) == 1 else out


def merged(m: Machine, args: list, kwargs: dict[str, Any], title: str) -> Any:
    """Join tensors as Keras 1's ``merge`` and ``Merge`` did."""
    mode = kwargs.pop("mode", args[1] if len(args) > 1 else "sum")
    kind = older.MERGED.get(mode, "") if isinstance(mode, str) else ""
    if not kind:
        m.refuse("merge of Keras 1: write Concatenate()([a, b]) or Add()([a, b]).")
    kept: dict[str, Any] = {
        name: kwargs[name] for name in ("concat_axis", "dot_axes") if name in kwargs
    }
    if kind == "Dot":
        kept.setdefault("dot_axes", -1)
    m.say(older.renamed(f"merge(mode={mode!r})", f"{kind}()"))
    for one in flat(args[:1]):
        _nest(one)
    return call_layer(m, make_layer(m, kind, [], kept, title), args[:1], {})
