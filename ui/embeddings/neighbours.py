"""Compare word vectors: neighbours, analogies, similarities, a bias probe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import streamlit as st

from seqlib.figures import plain, signed
from seqlib.i18n import _, language, sentences
from seqlib.text.chinese import is_han
from seqlib.vectors import Analogy, Neighbour, WordVectors, figures, load, pca
from seqlib.vectors.wordvectors import COMMONEST, unit
from ui.embeddings import state
from ui.lessons.pages import lesson
from ui.parts import charts, escape
from ui.parts.presenter import font
from ui.parts.remembered import remembered
from ui.state import widget

MOST_WORDS = 24


def neighbours(vectors: WordVectors) -> None:
    left, right = st.columns(2)
    typed = left.text_input(
        _("word or phrase"),
        help=_(
            "Several words stand for the mean of their vectors. A sum such as king - man + woman "
            "is computed."
        ),
        **widget("near"),
    )
    k = right.slider(
        _("neighbours"), help=_("How many are listed, nearest first."), **widget("nearest")
    )
    among = _commonest(vectors, "near_common")
    (plus, unknown), (minus, more) = (
        state.split_known(words, vectors) for words in state.terms_of(typed)
    )
    state.say_unknown([*unknown, *more], vectors)
    known = [*plus, *minus]
    if not known:
        word = "happy" if "happy" in vectors else vectors.word(1)
        text = _("Type a word that has a vector, such as “{word}”.", word=escape.plain(word))
        st.info(text, icon=":material/edit:")
        return
    if minus:
        target, found = vectors.arithmetic(plus, minus, k, among=among)
        asked = " − ".join([" + ".join(plus), *minus]).strip()
    else:
        target, asked = vectors.phrase(known), " ".join(known)
        found = vectors.neighbours(known[0] if len(known) == 1 else known, k, among=among)
    _bars(found, asked, "neighbours_chart")
    if vectors.chinese is not None and _in_chinese(known):
        near = vectors.chinese.neighbours(target, k, without=known, among=COMMONEST)
        st.markdown(_("**The nearest Chinese words**"))
        _bars(near, asked, "chinese_neighbours_chart")


def _in_chinese(words: Iterable[str]) -> bool:
    """Tell whether the reader reads Chinese or has typed a Chinese word."""
    return language() == "zh" or any(map(is_han, words))


def _bars(found: Sequence[Neighbour], asked: str, key: str) -> None:
    """Draw the neighbours of what was asked about with their cosines."""
    st.plotly_chart(
        figures.bars(
            [neighbour.word for neighbour in found],
            np.array([neighbour.similarity for neighbour in found]),
            _("cosine with “{words}”", words=plain(asked, 80)),
            span=(min(0.0, *(neighbour.similarity for neighbour in found)), 1.0) if found else None,
            font=font(),
        ),
        key=key,
        config=charts.SAVE,
        alt=_(
            "The {n} words nearest to {words}: {listed}.",
            n=len(found),
            words=asked,
            listed=_listed(found),
        ),
    )


def _listed(found: Iterable[Neighbour]) -> str:
    return _(", ").join(f"{one.word} {signed(one.similarity)}" for one in found)


def _commonest(vectors: WordVectors, key: str) -> int | None:
    """Draw the switch that leaves rare words out; return how many words are searched."""
    if len(vectors) <= COMMONEST:
        return None
    only = st.toggle(
        _("only among the first {n:,} rows", n=COMMONEST),
        help=_("Most files list the commonest words first; rare ones often have odd vectors."),
        **widget(key),
    )
    return COMMONEST if only else None


def analogy(vectors: WordVectors) -> None:
    boxes = (
        ("a", "a", _("The step starts here.")),
        ("b", _("is to b"), _("And ends here.")),
        ("c", _("as c is to …"), _("The same step is taken from here.")),
    )
    chosen = [
        column.text_input(label, help=text, **widget(key)).strip()
        for column, (key, label, text) in zip(st.columns(3), boxes, strict=True)
    ]
    among = _commonest(vectors, "analogy_common")
    unknown = state.split_known(chosen, vectors)[1]
    if unknown or not all(chosen):
        state.say_unknown([word for word in unknown if word], vectors)
        st.info(_("All three words need a vector."), icon=":material/edit:")
        return
    a, b, c = chosen
    found = vectors.analogy(a, b, c, k=5, among=among)
    if not found.neighbours:
        st.info(_("There is no other word to choose from."), icon=":material/edit:")
        return
    _plane(chosen, found, vectors)
    best, *others = found.neighbours
    st.markdown(
        _(
            "**{b} − {a} + {c} ≈ {answer}** (cosine {cosine:.2f}). Next: {listed}.",
            a=escape.plain(a),
            b=escape.plain(b),
            c=escape.plain(c),
            answer=escape.plain(best.word),
            cosine=best.similarity,
            listed=escape.plain(_listed(others)),
        )
    )
    if vectors.chinese is not None and _in_chinese(chosen):
        near = vectors.chinese.neighbours(found.target, 3, without=chosen, among=COMMONEST)
        st.markdown(_("The nearest Chinese words: {listed}.", listed=escape.plain(_listed(near))))
    with_all = vectors.analogy(a, b, c, k=1, keep_inputs=True, among=among).neighbours[0]
    if with_all.word != best.word:
        left_out = (
            _("The three words themselves are left out, as is usual.")
            if with_all.word in chosen
            else _("The three words and the English words they mean are left out, as is usual.")
        )
        left_in = _(
            "Left in, the nearest is “{word}” ({cosine:.2f}).",
            word=escape.plain(with_all.word),
            cosine=with_all.similarity,
        )
        st.caption(sentences(left_out, left_in))


def _plane(chosen: list[str], found: Analogy, vectors: WordVectors) -> None:
    a, b, c = (unit(vectors.vector(word)) for word in chosen)
    answer = found.neighbours[0].word
    rows = np.array([a, b, c, found.target, unit(vectors.vector(answer))])
    plane = pca(rows)
    points = plane.project(rows)
    st.plotly_chart(
        figures.arithmetic(points, [*chosen, _("the sum"), answer], font()),
        key="analogy_chart",
        config=charts.SAVE,
        alt=_(
            "{b} minus {a} plus {c}, drawn as arrows; the nearest word to the sum is {answer}.",
            a=chosen[0],
            b=chosen[1],
            c=chosen[2],
            answer=answer,
        ),
    )
    st.caption(
        _(
            "This plane holds {share:.0%} of how these five vectors differ; the rest stands "
            "upright on it.",
            share=plane.explained.sum(),
        )
    )


def similarities(vectors: WordVectors) -> None:
    words = state.words_of(
        st.text_area(
            _("your words"),
            help=_("Separated by spaces, commas or lines; at most {most}.", most=MOST_WORDS),
            **widget("words"),
        )
    )
    known, unknown = state.split_known(words[:MOST_WORDS], vectors)
    state.say_unknown(unknown, vectors)
    if len(words) > MOST_WORDS:
        st.caption(
            ":material/info: "
            + _("Shown are the first {most} of {n} words.", most=MOST_WORDS, n=len(words))
        )
    if len(known) < 2:
        st.info(_("Give at least two words that have a vector."), icon=":material/edit:")
        return
    similarity_chart(known, vectors, "similarity_chart")


def similarity_chart(words: list[str], vectors: WordVectors, key: str) -> None:
    st.plotly_chart(
        figures.similarity(vectors.similarity_matrix(words), words, font()),
        key=key,
        config=charts.SAVE,
        alt=_("Cosine of every pair of {n} words: {words}.", n=len(words), words=words),
    )


def bias(vectors: WordVectors) -> None:
    left, right = st.columns(2)
    help = _("A group of words; the direction runs between the means of both.")
    typed = (
        left.text_input(_("from these words"), help=help, **widget("minus")),
        right.text_input(_("to these words"), help=help, **widget("plus")),
        st.text_area(
            _("words to place along it"),
            help=_("At most {most}.", most=MOST_WORDS),
            **widget("probed"),
        ),
    )
    minus, plus, probed = (
        state.split_known(state.words_of(text)[:MOST_WORDS], vectors) for text in typed
    )
    state.say_unknown([*minus[1], *plus[1], *probed[1]], vectors)
    if not (minus[0] and plus[0] and probed[0]):
        st.info(_("Each of the three needs a word that has a vector."), icon=":material/edit:")
        return
    _probe(minus[0], plus[0], probed[0], vectors)


def _probe(minus: list[str], plus: list[str], probed: list[str], vectors: WordVectors) -> None:
    direction = vectors.phrase(plus) - vectors.phrase(minus)
    if not direction.any():
        st.info(
            _("Both groups have the same mean; choose different words."), icon=":material/edit:"
        )
        return
    values = vectors.along(probed, minus, plus)
    usual = remembered(
        vectors,
        ("usual", tuple(minus), tuple(plus)),
        lambda: np.nanquantile(vectors.similarities(direction), [0.1, 0.5, 0.9]),
    )
    order = np.argsort(-values)
    low, middle, high = (float(value) for value in usual)
    st.plotly_chart(
        figures.bars(
            [probed[at] for at in order],
            values[order],
            _(
                "← {minus} …    cosine with the direction    … {plus} →",
                minus=minus[0],
                plus=plus[0],
            ),
            band=(low, high),
            font=font(),
        ),
        key="bias_chart",
        config=charts.SAVE,
        alt=_(
            "Where words lie between the two groups: {listed}.",
            listed=[f"{probed[at]} {signed(values[at])}" for at in order],
        ),
    )
    outside = [probed[at] for at in order if not low <= values[at] <= high]
    band = _(
        "Eight in ten of all {n:,} words lie in the grey band, {low} to {high}, around {middle}.",
        n=len(vectors),
        low=signed(low),
        high=signed(high),
        middle=signed(middle),
    )
    yours = (
        _("Outside it: **{words}**.", words=escape.plain(_(", ").join(outside)))
        if outside
        else _("So do all of yours.")
    )
    st.markdown(sentences(band, yours))
    if vectors is load():
        st.markdown(lesson("embeddings")["bias-shipped"])
