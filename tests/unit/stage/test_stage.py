import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from seqlib.assets import STATIC
from seqlib.jazz import JazzWeights
from seqlib.jazz.sampling import sample
from seqlib.stage import (
    Clock,
    Distribution,
    Elsewhere,
    Heatmap,
    Note,
    PianoRoll,
    Stage,
    StageError,
    Tokens,
    payload,
)
from seqlib.stage.offline import offline_html
from ui.parts import stage as stage_component


@pytest.fixture(scope="module")
def written():
    return sample(JazzWeights.initial(16, 12), 20, seed=3)


@pytest.fixture
def stage(written):
    trace = written.trace
    edges = np.concatenate([[0.0], np.cumsum(np.where(np.arange(20) % 2, 0.2, 0.4))])
    notes = tuple(Note(edges[t], edges[t + 1], 60 + t, step=t) for t in range(20))
    labels = tuple(f"label {n}" for n in range(12))
    return Stage(
        Clock(edges),
        (
            PianoRoll("Solo", notes, ((0.0, 2.4, "Dm7"),), prompt=2),
            Heatmap("Hidden state", trace.h, "a"),
            Distribution("Next note", trace.y, labels, written.indices),
            Tokens("Tokens", tuple(labels[index] for index in written.indices)),
        ),
        sound=notes,
        label="A solo",
    )


def unpack(packed):
    data = np.frombuffer(base64.b64decode(packed["data"]), np.dtype(f"<{packed['dtype']}"))
    return data.reshape(packed["shape"])


def test_arrays_arrive_exactly(stage, written):
    sent = json.loads(json.dumps(payload(stage)))
    assert np.array_equal(unpack(sent["clock"]["edges"]), stage.clock.edges)
    assert np.array_equal(unpack(sent["lanes"][1]["values"]), written.trace.h)
    assert np.array_equal(unpack(sent["lanes"][2]["p"]), written.trace.y)
    assert sent["lanes"][2]["chosen"] == written.indices.tolist()
    assert unpack(sent["sound"]["start"]).tolist() == [note.start for note in stage.sound]


def test_the_same_stage_has_the_same_id_and_another_has_another(stage):
    assert payload(stage)["id"] == payload(stage)["id"]
    assert payload(stage)["id"] != payload(replace(stage, label="Another"))["id"]


def test_six_large_heatmaps_travel_in_under_a_megabyte_and_a_half():
    rng = np.random.default_rng(0)
    lanes = tuple(Heatmap(f"Lane {n}", rng.uniform(-1, 1, (200, 128)), "h") for n in range(6))
    assert len(json.dumps(payload(Stage(Clock.even(200), lanes)))) < 1.5e6


def test_a_second_trace_travels_beside_the_first(stage):
    sent = payload(replace(stage, name="before", compare=replace(stage, name="after")))
    assert (sent["name"], sent["compare"]["name"]) == ("before", "after")
    assert sent["compare"]["lanes"] == sent["lanes"]


def test_other_sequences_travel_for_the_search(stage, written):
    labels = tuple(f"step {t}" for t in range(20))
    sent = payload(replace(stage, elsewhere=Elsewhere(("Blues",), (labels,), (written.trace.h,))))
    (sequence,) = sent["elsewhere"]["sequences"]
    assert sequence["name"] == "Blues"
    assert np.array_equal(unpack(sequence["values"]), written.trace.h)


def test_the_offline_page_is_whole_and_holds_text_as_text(stage):
    evil = "</script><script>alert(1)</script>"
    page = offline_html(replace(stage, label=evil))
    assert "<script>alert" not in page
    assert not re.search(r"(src|href)=\"(?!data:,)", page)  # nothing is fetched
    held = json.loads(re.search(r'id="page">(.*?)</script>', page)[1])
    assert held["data"]["label"] == evil
    assert held["modules"] == {
        path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in MODULES
    }


def with_values(stage, values):
    return replace(stage, lanes=(Heatmap("Hidden state", values, "a"),))


def with_chosen(stage, index):
    p = np.full((20, 2), 0.5)
    return replace(stage, lanes=(Distribution("P", p, ("a", "b"), np.full(20, index)),))


def test_what_is_at_a_limit_is_drawn(stage):
    ends = Note(0.0, 1.0, 0), Note(0.0, 1.0, 127, step=19)
    assert payload(replace(stage, sound=ends))["sound"]["pitch"] == [0, 127]
    for index in (-1, 1):
        assert payload(with_chosen(stage, index))["lanes"][0]["chosen"] == [index] * 20


def test_a_start_outside_the_sequence_is_its_end(stage):
    starts = [payload(replace(stage, start=start))["start"] for start in (-3, 7, 19, 20)]
    assert starts == [0, 7, 19, 19]


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda s: replace(s, clock=Clock(np.array([0.0]))), "Tx = 0"),
        (lambda s: replace(s, clock=Clock(np.array([]))), "Tx = 0"),
        (lambda s: replace(s, clock=Clock.even(10_001)), "10,000"),
        (lambda s: replace(s, clock=Clock(np.array([0.0, 1.0, 1.0]))), "longer than 0"),
        (lambda s: replace(s, clock=Clock(np.array([0.0, np.nan, 1.0]))), "NaN"),
        (lambda s: replace(s, lanes=()), "no lanes"),
        (lambda s: with_values(s, np.full((20, 4), np.nan)), "NaN"),
        (lambda s: with_values(s, [[1.0, 2.0], [3.0]]), "ragged"),
        (lambda s: with_values(s, np.zeros((19, 4))), "Tx=20"),
        (lambda s: with_values(s, np.zeros((20, 0))), "Tx=20"),
        (
            lambda s: replace(s, lanes=(Heatmap("H", np.zeros((20, 2)), "h", low=1, high=1),)),
            "range",
        ),
        (
            lambda s: replace(s, lanes=(Heatmap("H", np.zeros((20, 2)), "h", rows=("a",)),)),
            "row names",
        ),
        (lambda s: replace(s, lanes=(Tokens("Words", ("one",)),)), "1 labels for 20 steps"),
        (lambda s: replace(s, lanes=(Distribution("P", np.ones((20, 3)), tuple("abc")),)), "sum"),
        (
            lambda s: replace(s, lanes=(Distribution("P", np.full((20, 2), 0.5), ("a",)),)),
            "1 labels",
        ),
        (lambda s: replace(s, sound=(Note(1.0, 1.0, 60),)), "end after"),
        (lambda s: replace(s, sound=(Note(0.0, 1.0, 60, voice="flute"),)), "flute"),
        (lambda s: with_chosen(s, 2), "below 2"),
        (lambda s: with_chosen(s, -2), "below 2"),
        (lambda s: replace(s, sound=(Note(0.0, 1.0, 128),)), "pitch 128"),
        (lambda s: replace(s, sound=(Note(0.0, 1.0, -1),)), "pitch -1"),
        (lambda s: replace(s, sound=(Note(0.0, 1.0, 60, step=20),)), "step 20"),
        (lambda s: replace(s, names=("one",)), "1 step names"),
        (lambda s: replace(s, compare=replace(s, lanes=())), "no lanes"),
        (lambda s: replace(s, elsewhere=Elsewhere(("A",), (), ())), "one name"),
        (
            lambda s: replace(s, elsewhere=Elsewhere(("A",), (("x",),), (np.zeros((2, 3)),))),
            "shape (2, 3)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(stage, break_it, says):
    with pytest.raises(StageError) as caught:
        payload(break_it(stage))
    sentence = str(caught.value)
    assert says in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_ten_thousand_steps_are_still_shown():
    payload(Stage(Clock.even(10_000), (Tokens("Words", ("a",) * 10_000),)))


def test_the_shown_error_is_what_payload_said(stage, monkeypatch):
    mounted = {}
    monkeypatch.setattr(stage_component, "_component", lambda **given: mounted.update(given))
    stage_component.show(replace(stage, lanes=()), key="k")
    assert mounted["key"] == "k"
    assert mounted["data"]["error"] == "The stage has no lanes; give at least one."


# -- the browser's modules --------------------------------------------------------------------

MODULES = [path for part in ("shared", "stage") for path in (STATIC / part).rglob("*.js")]


def test_the_offline_page_finds_every_import():
    """Its modules have no address; what it replaces is what an import ends in."""
    mapped = re.compile(r'(?:\bfrom |^import )"(\.[^"]+)";$', re.MULTILINE)
    for path in MODULES:
        source = path.read_text("utf-8")
        found = mapped.findall(source)
        assert all((path.parent / target).resolve() in MODULES for target in found), path.name
        assert len(found) == len(re.findall(r"^import\b|^export .* from ", source, re.MULTILINE))


def test_no_module_turns_text_into_markup():
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    for path in MODULES:
        assert not forbidden.search(path.read_text("utf-8")), path.name


def test_a_picture_soon_replaced_travels_as_shades(written):
    h = written.trace.h
    lane = Heatmap("a", h, "a", low=-1, high=1, brief=True)
    sent = payload(Stage(Clock.even(20), (lane,)))["lanes"][0]["values"]
    assert len(base64.b64decode(sent["data"])) == h.size
    shown = sent["low"] + (sent["high"] - sent["low"]) * unpack(sent) / 255.0
    np.testing.assert_allclose(shown, h, atol=1 / 255)
