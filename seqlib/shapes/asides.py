"""What stands beside lines of the board: the note's Keras 2 form of each, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from seqlib.i18n import N_


@dataclass(frozen=True)
class Aside:
    """Another form of a line, and what Keras 3 does with it.

    Attributes
    ----------
    line : str
        The line beside which it stands, without its comment.
    instead : str
        The other form; "" where the line is left out.
    says : str
        Keras' own words, to their end or to "…"; "" where it says nothing.
    what : str
        What happens, in English; give it to ``_``.
    where : str
        Where the other form stands, in English.
    """

    line: str
    instead: str
    says: str
    what: str
    where: str = N_("In the note:")


ASIDES = (
    Aside(
        "x = X[:, t, :]",
        "x = Lambda(lambda x: X[:, t, :])(X)",
        "Failed to convert elements of (None,) to Tensor. …",
        N_(
            "The model is built, and fit fails: the function takes X from outside, and that X has "
            "a shape and no numbers. Worse is lambda z: z[:, t, :], which raises nothing: "
            "Keras 3 runs the function again at every call, when the loop is over and t has its "
            "last value, so all steps read the last one."
        ),
    ),
    Aside(
        "x = one_hot(argmax(out, axis=-1), n_values)",
        "x = Lambda(lambda z: K.one_hot(K.argmax(z), n_values))(out)",
        "Exception encountered when calling Lambda.call().…",
        N_(
            "The note stops at training; this is how the exercise it comes from writes on. Keras 3 "
            "has neither K.argmax nor K.one_hot: they are functions of keras.ops, which take a "
            "model's tensors without a Lambda."
        ),
        N_("In Keras 2:"),
    ),
    Aside(
        "model = Model(inputs=[X, a0, c0], outputs=outputs)",
        "model = Model(input=[X, a0, c0], outputs=outputs)",
        "Unrecognized keyword arguments passed to Model: {'input': …",
        N_("Keras 1 called it input, Keras 2 took both, Keras 3 takes inputs only."),
    ),
    Aside(
        "embedding_layer = Embedding(input_dim=vocab_len, output_dim=emb_dim, trainable=False)",
        "embedding_layer = Embedding(10000, 50, input_length=10)",
        "Argument `input_length` is deprecated. Just remove it.",
        N_(
            "Only a warning. The length comes from Input(shape=(maxlen,)), and the layer looks up "
            "sentences of any length."
        ),
    ),
    Aside(
        "embedding_layer.build((None,))",
        "",
        "You called `set_weights(weights)` on layer 'embedding' with a weight list of length 1, "
        "but the layer was expecting 0 weights.",
        N_(
            "A layer makes its weights when it is first called, or by build. Before that there is "
            "nothing that set_weights could replace."
        ),
    ),
)
