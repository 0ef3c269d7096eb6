"""The jazz page, driven without a browser: what its controls do, and what bad input gets."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pretty_midi
import pytest
from streamlit.testing.v1 import AppTest

from seqlib.jazz import JazzWeights, pretrained, sampling, score
from seqlib.jazz.corpus import Corpus, default_corpus
from seqlib.music import MAX_BYTES, Melody, Token
from seqlib.training import keras_room
from tests.pages.apps import errors, texts, the_error, visit, wait_for
from ui.jazz import encode, model, sample, state


@pytest.fixture
def jazz() -> AppTest:
    return visit("jazz")


def midi(n_notes: int = 80, drums: bool = False) -> bytes:
    """A melody of ``n_notes`` notes on a track named Whistle."""
    song = pretty_midi.PrettyMIDI(initial_tempo=120)
    lead = pretty_midi.Instrument(73, is_drum=drums, name="Whistle")
    for note, pitch in enumerate(np.random.default_rng(5).integers(60, 72, n_notes)):
        lead.notes.append(pretty_midi.Note(90, int(pitch), note * 0.25, note * 0.25 + 0.25))
    song.instruments.append(lead)
    file = BytesIO()
    song.write(file)
    return file.getvalue()


def bring(app: AppTest, content: bytes, name: str = "mine.mid") -> AppTest:
    app.button_group(key="corpus").set_value(state.MINE).run()
    app.file_uploader(key="midi_file").set_value((name, content, "audio/midi"))
    return app.run()


def train(app: AppTest) -> AppTest:
    app.button(key="jazz_run:train").click().run()
    app.button(key="jazz_run:fast").click().run()
    return wait_for(app, "**Done**")


def test_the_page_states_the_corpus_it_shows(jazz):
    corpus = default_corpus()
    assert f"{sum(map(len, corpus.sequences)):,} tokens" in texts(jazz)
    assert f"n\\_values = {corpus.n_values}" in texts(jazz)


def test_readers_of_one_solo_share_its_stage_and_another_seed_has_its_own(monkeypatch):
    drawn = []
    monkeypatch.setattr(sample.stage_component, "show", lambda stage, **_: drawn.append(stage))
    for seed in ("7301", "7301", "7302"):
        assert not visit("jazz", seed=seed).exception
    mine, theirs, other = (stage for stage in drawn if stage.label.startswith("A solo"))
    assert mine is theirs
    assert other is not mine
    assert other.lanes != mine.lanes


def test_a_bound_setting_comes_from_the_url_and_nonsense_falls_back():
    app = visit(
        "jazz", Tx="12", m="nonsense", temperature="-4", model="<script>", corpus="none such"
    )
    assert not app.exception
    assert app.slider(key="Tx").value == 12
    assert app.slider(key="m").value == 60
    assert app.select_slider(key="temperature").value == 1.0
    assert app.selectbox(key="model").value == "good"


def test_training_ends_with_a_model_that_the_sampler_uses(jazz):
    app = train(jazz)
    assert app.selectbox(key="model").value == state.OWN_RUN
    assert "my training · temperature" in texts(app)
    run = app.session_state["jazz_runs"][default_corpus().vocabulary]
    assert run.metrics.loss_sum[-1] < run.metrics.loss_sum[0] / 2
    assert f"{run.metrics.loss_sum[-1]:.2f}" in texts(app)


def test_other_cells_train_beside_the_lstm_and_their_gates_are_shown():
    app = visit("jazz", epochs="2", n_a="4", m="6", Tx="8")
    for kind in ("LSTM", "SimpleRNN", "GRU"):
        app.selectbox(key="train_cell").set_value(kind).run()
        app.button(key="jazz_run:train").click().run()
        wait_for(app, "**Done** · epoch 2 of 2")
    corpus = default_corpus()
    for run in app.session_state["jazz_engines"][1]:
        said = f"{run.settings.cell}: **{run.snapshot().weights.n_parameters:,}** weights"
        assert said in texts(app)
    run = app.session_state["jazz_runs"][corpus.vocabulary]
    assert run.snapshot().weights.cell.kind == "GRU"
    assert "my training · temperature" in texts(app)
    app.button_group(key="lanes").set_value(["notes", "c", "z", "r", "influence", "diagram"]).run()
    app.button_group(key="kept_look").set_value("one window, read").run()
    assert not app.exception
    assert app.button_group(key="kept_look").options == ["the solo it writes", "one window, read"]


def test_training_epoch_by_epoch_to_the_end_and_on_and_back_over_it():
    app = visit("jazz", epochs="5", n_a="6", m="8", Tx="8")
    for n in (1, 2):
        app.button(key="jazz_run:epoch").click().run()
        wait_for(app, f"**Paused** · epoch {n} of 5")
    app.select_slider(key="learning_rate").set_value(0.003).run()
    app.button(key="jazz_run:fast").click().run()
    wait_for(app, "**Done** · epoch 5 of 5")
    run = app.session_state["jazz_runs"][default_corpus().vocabulary]
    assert run.metrics.rate_changes == [(3, pytest.approx(0.003))]
    app.button(key="jazz_run:pause").click().run()  # it says "Go on" now
    app.button(key="jazz_run:fast").click().run()
    wait_for(app, "**Done** · epoch 10 of 10")
    back = app.select_slider(key="kept_epoch")
    assert back.options == ["0", "1", "2", "3", "5", "10"]
    back.set_value(3).run()
    found = score(run.checkpoints[3], default_corpus().held_out_sequences)
    said = f"After **3** epochs · training **{run.metrics.loss[3].mean():.2f}** nats a note"
    assert f"{said} · held out **{found.log_loss:.2f}** nats a note" in texts(app)

    def solo() -> str:
        (one,) = [one for one in app.get("bidi_component") if "jazz_kept_solo" in one.proto.id]
        return str(one.proto)

    before = solo()
    app.slider(key="melody").set_value(2).run()
    assert solo() != before  # over the chords of another melody
    for look in ("one window, read", "the way back"):
        app.button_group(key="kept_look").set_value(look).run()
    app.number_input(key="back_from").set_value(2).run()
    for curves in ("each output", "gradient norms"):
        app.button_group(key="curves").set_value(curves).run()
    assert not app.exception


def test_a_new_solo_is_another_one_and_the_same_seed_is_the_same(jazz):
    def token_count_and_copied() -> str:
        return next(text.value for text in jazz.markdown if "Longest run copied" in text.value)

    first = token_count_and_copied()
    jazz.button(key="again").click().run()
    second = token_count_and_copied()
    assert "seed 1" in second
    jazz.number_input(key="seed").set_value(0).run()
    assert token_count_and_copied() == first
    assert first.split("seed")[1] != second.split("seed")[1]


def test_the_place_of_what_was_copied_is_counted_from_one(jazz):
    said = next(one.value for one in jazz.markdown if "Longest run copied" in one.value)
    run, of, name, token = re.search(
        r"\*\*(\d+)\*\* of (\d+) tokens \(“(.+)” from token (\d+)\)", said
    ).groups()
    corpus = default_corpus()
    place = [melody.name for melody in corpus.melodies].index(name)
    begins = int(token) - 1
    copied = corpus.sequences[place][begins : begins + int(run)]
    written = sampling.sample(pretrained.load("good"), int(of), seed=0).indices
    windows = np.lib.stride_tricks.sliding_window_view(written, int(run))
    assert (windows == copied).all(axis=1).any()


def test_the_probabilities_shown_are_said_to_be_those_before_the_temperature():
    written = [
        sampling.sample(pretrained.load("good"), 10, temperature=T, seed=0) for T in (0.2, 2.0)
    ]
    np.testing.assert_array_equal(*(one.trace.y[0] for one in written))
    cold = visit("jazz", temperature="0.2", Ty="10")
    assert "shows ŷ as the network gives it" in texts(cold)
    assert "without it" in cold.select_slider(key="temperature").help


def test_every_method_writes(jazz):
    for method in ("greedy", "temperature", "top-k", "top-p"):
        jazz.selectbox(key="method").set_value(method).run()
        assert f"good · {method}" in texts(jazz)
        assert errors(jazz) == []


def test_a_model_that_stood_in_goes_when_ours_are_there_again_and_a_chosen_one_stays(jazz):
    app = bring(jazz, midi())
    assert [app.selectbox(key=key).value for key in ("model", "reads")] == [state.UNTRAINED] * 2
    app.button_group(key="corpus").set_value("all choruses").run()
    assert [app.selectbox(key=key).value for key in ("model", "reads")] == [state.GOOD] * 2
    app.selectbox(key="model").set_value(state.EARLY).run()
    train(app)
    assert app.selectbox(key="model").value == state.OWN_RUN
    app.selectbox(key="model").set_value(state.EARLY).run()
    assert app.selectbox(key="model").value == state.EARLY


def test_tracks_that_are_called_alike_are_told_apart(jazz):
    song = pretty_midi.PrettyMIDI(initial_tempo=120)
    for number in range(3):
        lead = pretty_midi.Instrument(0, name="Track")
        lead.notes = [
            pretty_midi.Note(90, 60 + (number * note) % 12, note * 0.5, note * 0.5 + 0.5)
            for note in range(40)
        ]
        song.instruments.append(lead)
    file = BytesIO()
    song.write(file)
    options = bring(jazz, file.getvalue()).selectbox(key="midi_track").options
    assert len(set(options)) == 3
    assert options[0].startswith("1 · Track")


def test_without_chance_there_is_no_seed_to_choose(jazz):
    jazz.selectbox(key="method").set_value("greedy").run()
    assert not [one for one in jazz.number_input if one.key == "seed"]
    assert not [one for one in jazz.button if one.key == "again"]
    assert "good · greedy. Longest run" in texts(jazz)


def test_a_second_solo_opens_with_another_temperature_alone_and_the_line_says_where_they_part(jazz):
    jazz.selectbox(key="model").set_value("early").run()
    jazz.number_input(key="seed").set_value(5).run()
    jazz.toggle(key="compare").set_value(True).run()
    assert not jazz.exception
    said = "**A** and **B** differ in temperature (1 and 0.4). Their notes first part at step **"
    assert said in texts(jazz)
    (stage,) = [one for one in jazz.get("bidi_component") if "-solo" in one.proto.id]
    assert stage
    assert "early · temperature 1 · seed 5" in texts(jazz)
    assert "early · temperature 0.4 · seed 5" in texts(jazz)
    jazz.select_slider(key="temperature_b").set_value(1.0).run()
    assert "have the same settings. As far as both go, their notes are the same." in texts(jazz)
    jazz.selectbox(key="method_b").set_value("top-k").run()
    jazz.selectbox(key="model_b").set_value("untrained").run()
    assert "in model (early and untrained), method (temperature and top-k), k (– and 8)" in texts(
        jazz
    )


def solo_stage(app: AppTest, key: str = "solo") -> str:
    return next(str(one.proto) for one in app.get("bidi_component") if f"-{key}" in one.proto.id)


def test_home_s_solo_is_another_with_the_next_seed_or_at_another_temperature():
    app = visit("home")
    seen = [solo_stage(app, "home")]
    app.button(key="home_again").click().run()
    seen.append(solo_stage(app, "home"))
    app.select_slider(key="home_temperature").set_value(1.5).run()
    seen.append(solo_stage(app, "home"))
    assert len(set(seen)) == 3
    by_link = visit("home", home_seed="8", home_temperature="1.5")
    assert solo_stage(by_link, "home") == seen[-1]
    app.number_input(key="home_seed").set_value(7).run()
    app.select_slider(key="home_temperature").set_value(0.8).run()
    assert solo_stage(app, "home") == seen[0]


def test_the_network_goes_on_from_notes_that_a_link_brings_or_a_reader_types():
    own = {"opening": "notes of my own", "compare": "true"}
    app = visit("jazz", **own, tune="C4 1/3, E4 1, rest 1, G4 1/2")
    assert not app.exception
    assert "On this corpus' places in the beat: C4 1/3, E4 1, rest 1, G4 2/3." in texts(app)
    assert "so the nearest stand in: E4 1 → E4 2/3, rest 1/3." in texts(app)
    assert "temperature (1 and 0.4). Their notes first part at step **" in texts(app)
    assert int(texts(app).split("part at step **")[1].split("*")[0]) > 5
    before = solo_stage(app)
    app.text_input(key="tune").set_value("A4 2/3").run()
    assert solo_stage(app) != before
    assert not [one for one in app.slider if one.key == "prompt"]
    before = solo_stage(app)
    app.text_input(key="tune").set_value("A4 2/3, <b>x</b>").run()
    the_error(app, "is no note")
    app.text_input(key="tune").set_value("").run()
    assert errors(app) == []
    app.button_group(key="opening").set_value("the melody's first notes").run()
    assert app.slider(key="prompt").value == 0


@pytest.mark.parametrize("tune", ["9" * 300, "C4 1/0", "=1+1", "\x00", "C4," * 17, "rest " * 60])
def test_a_link_with_notes_that_are_none_gets_at_most_one_sentence(tune):
    app = visit("jazz", opening="notes of my own", tune=tune, note_length="8/9")
    assert not app.exception
    assert len(errors(app)) == 1


def test_a_file_of_ones_own_becomes_the_corpus(jazz):
    app = bring(jazz, midi())
    assert errors(app) == []
    assert app.session_state["song"].tracks[0].name == "Whistle"
    assert "**80** tokens" in texts(app)
    assert app.selectbox(key="model").options == [state.UNTRAINED]
    assert "untrained · temperature" in texts(app)


def test_a_network_for_ones_own_file_is_scored_leaves_and_comes_back():
    app = bring(visit("jazz", epochs="2", n_a="6", m="8", Tx="8"), midi())

    def scored() -> dict[str, float]:
        table = next(one.value for one in app.dataframe if "log loss" in one.value)
        return dict(zip(table["model"], table["log loss"], strict=True))

    assert list(scored()) == [state.UNTRAINED, "trigram"]
    app.button(key="jazz_run:train").click().run()
    wait_for(app, "**Done**")
    corpus = app.session_state["song_corpus"]
    weights = app.session_state["jazz_runs"][corpus.vocabulary].snapshot().weights
    found = score(weights, corpus.sequences).log_loss
    assert scored()[state.OWN_RUN] == found
    assert "All 80 notes and rests of “mine”" in texts(app)
    held = BytesIO()
    weights.save(held)
    app.file_uploader(key="jazz_open").set_value(("w.npz", held.getvalue(), "application/zip"))
    app.run()
    assert errors(app) == []
    assert app.selectbox(key="model").value == state.FILE
    assert "my file · temperature" in texts(app)
    assert scored()[state.FILE] == found
    app.button_group(key="corpus").set_value("one tune").run()  # whose tokens it does not know
    assert state.FILE not in app.selectbox(key="model").options
    assert state.FILE not in scored()
    app.file_uploader(key="jazz_open").set_value(("v.npz", held.getvalue(), "application/zip"))
    the_error(app.run(), "reads 78 different tokens")


def test_a_network_that_two_visits_open_is_held_once():
    file = BytesIO()
    JazzWeights.initial(8, default_corpus().n_values, seed=3).save(file)
    found = []
    for app in (visit("jazz"), visit("jazz")):
        app.file_uploader(key="jazz_open").set_value(("w.npz", file.getvalue(), "application/zip"))
        assert errors(app.run()) == []
        found.append(app.session_state["jazz_file"])
    assert found[0] is found[1]


def test_each_reader_of_a_file_of_their_own_sees_that_file_read(monkeypatch):
    made, read = encode.reading_stage, []

    def reading_stage(corpus, place, first, *others):
        read.append(first[1])
        return made(corpus, place, first, *others)

    monkeypatch.setattr(encode, "reading_stage", reading_stage)
    for seed in (1, 2):
        app = visit("jazz")
        own = JazzWeights.initial(4, default_corpus().n_values, seed)
        app.session_state["jazz_file"] = own
        app.run().selectbox(key="reads").set_value(state.FILE).run()
        assert errors(app) == []
        assert read[-1] is own


def test_runs_on_another_file_of_ones_own_are_not_compared(monkeypatch):
    here: dict = {"corpus": state.MINE}
    monkeypatch.setattr(state.st, "session_state", here)
    for pitch, cell in ((60, "LSTM"), (70, "GRU")):
        tokens = (Token(pitch, 12), Token(pitch + 1, 12))
        here |= {"song": "a song", "song_corpus": Corpus.of([Melody(tokens)], "mine")}
        run = SimpleNamespace(engine="numpy", settings=SimpleNamespace(cell=cell))
        state.keep(run)
    assert state.engine_runs() == [run]


CASES = Path(__file__).parents[1] / "unit" / "music" / "cases"


def case(app: AppTest, name: str) -> str:
    """Upload one of the cases: all texts of the page, without what Markdown needs."""
    content = (CASES / f"{name}.mid").read_bytes()
    app.file_uploader(key="midi_file").set_value((f"{name}.mid", content, "audio/midi"))
    return texts(app.run()).replace("\\", "")


def test_what_was_done_to_a_file_is_said_in_a_sentence_that_goes_with_it():
    app = visit("jazz", corpus=state.MINE)
    waltz, gaps = "The band plays in 3/4.", "Short gaps between notes closed: 7."
    shown = case(app, "M07_waltz")
    assert waltz in shown
    assert gaps not in shown
    (melody,) = app.session_state["song_corpus"].melodies
    assert [str(metre) for metre in melody.metres] == ["3/4"]
    shown = case(app, "M25_gate80")
    assert gaps in shown
    assert waltz not in shown
    before = app.session_state["song_corpus"]
    case(app, "M17_same_note")
    assert any("repeats one note of one length" in error for error in errors(app))
    assert app.session_state["song_corpus"] is before
    assert gaps not in texts(app)  # that was the file before it
    app.button_group(key="lang").set_value("zh").run()
    assert any("只是重复" in error for error in errors(app))
    other = visit("jazz", corpus=state.MINE)
    case(other, "M25_gate80")
    other.button_group(key="lang").set_value("zh").run()
    assert "已合上音符之间的短空隙：7 处。" in texts(other)


BAD_FILES = {
    "a web page": (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
    "nothing": (b"", "empty"),
    "text": (b"dear sir or madam", "text file"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    "half a file": (midi()[:-40], "cut short"),
    "drums only": (midi(drums=True), "drums only"),
    "one note": (midi(1), "one note"),
    "too large": (b"MThd" + bytes(MAX_BYTES), "larger than"),
}


@pytest.fixture(scope="module")
def with_a_file() -> AppTest:
    """A visit with a good file, which it keeps whatever comes after."""
    app = bring(visit("jazz"), midi())
    assert errors(app) == []
    return app


@pytest.mark.parametrize(("content", "says"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_one_sentence_and_loses_nothing(with_a_file, content, says):
    app = with_a_file
    before = app.session_state["song_corpus"]
    app.file_uploader(key="midi_file").set_value(("bad.mid", content, "audio/midi"))
    the_error(app.run(), says)
    assert app.session_state["song_corpus"] is before


def test_too_few_notes_says_how_many_and_offers_a_shorter_window(jazz):
    app = bring(jazz, midi(20))
    (warning,) = [warning.value for warning in app.warning]
    assert "at least 30" in warning
    assert "20" in warning
    app.button(key="shorter_Tx").click().run()
    assert app.slider(key="Tx").value == 20
    assert errors(app) == []
    assert not app.warning


def test_a_comparison_with_keras_says_when_the_model_has_learned_on(monkeypatch):
    monkeypatch.setattr(keras_room, "missing", lambda: "")
    monkeypatch.setattr(keras_room, "answer", lambda *_asked: ((), ()))
    monkeypatch.setattr(keras_room, "ask", lambda *_request: Future())
    monkeypatch.setattr(model, "_comparison", lambda *_found: None)
    app = visit("jazz", epochs="2", n_a="6", m="8", Tx="8")
    app.button(key="jazz_run:train").click().run()
    wait_for(app, "**Done**")
    app.button(key="check_keras").click().run()
    assert "has learned on" not in texts(app.run())
    app.button(key="jazz_run:pause").click().run()
    wait_for(app, "**Done**")
    assert "has learned on" in texts(app)


def test_training_with_too_long_windows_is_refused_in_a_sentence(jazz):
    app = bring(jazz, midi(20))
    app.button(key="jazz_run:train").click().run()
    assert any("Tx = 30" in error for error in errors(app))


def test_two_visits_do_not_see_each_others_file_or_model(jazz):
    bring(jazz, midi())
    other = visit("jazz")
    assert "song" not in other.session_state
    assert other.selectbox(key="model").value == "good"


def test_a_track_name_is_shown_as_text_whatever_markdown_would_make_of_it(jazz):
    name = ":red[red] [x](http://localhost) <b>"
    song = pretty_midi.PrettyMIDI(BytesIO(midi()))
    song.instruments[0].name = name
    file = BytesIO()
    song.write(file)
    app = bring(jazz, file.getvalue())
    assert errors(app) == []
    assert r"\:red\[red\] \[x\]\(" in texts(app)
    assert r"\<b\>" in texts(app)
    assert name not in texts(app)


def test_a_run_goes_on_while_another_page_is_open(jazz):
    jazz.selectbox(key="pace").set_value("20 epochs a second").run()
    jazz.button(key="jazz_run:train").click().run()
    jazz.switch_page("pages/home.py").run()
    run = jazz.session_state["jazz_runs"][default_corpus().vocabulary]
    before, until = run.epoch, time.monotonic() + 60
    while run.epoch <= before + 2 and time.monotonic() < until:
        time.sleep(0.1)
    jazz.switch_page("pages/jazz.py").run()
    assert not jazz.exception
    assert jazz.session_state["jazz_runs"][default_corpus().vocabulary] is run
    assert run.epoch > before
    jazz.button(key="jazz_run:stop").click().run()
    assert "**Stopped**" in texts(jazz)
    assert jazz.selectbox(key="model").value == state.OWN_RUN


def test_keras_confirms_the_shapes_and_the_numbers(jazz, keras_installed, answered):
    jazz.button(key="check_keras").click().run()
    answered(jazz)
    assert errors(jazz) == []
    agreed = next(text.value for text in jazz.markdown if "Keras' own tensors" in text.value)
    same, _, of = agreed.split("**")[1].split(" ")
    assert same == of
    proofs = next(table.value for table in jazz.dataframe if "largest difference" in table.value)
    assert len(proofs) == 3
    assert all(float(value) <= 1e-5 for value in proofs["largest difference"])
