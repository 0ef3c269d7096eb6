"""What the program chooses for a reader outlives a run that was cut off."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from ui.frame import choices

    choices.begin()
    st.radio("which", ["ours", "mine"], key="which")
    if st.button("mine, please"):  # below the widget
        choices.choose("which", "mine")
        st.rerun()
    if st.session_state.get("cut"):
        st.stop()  # as a message that arrives in the middle of a run does
    choices.end()


def test_a_choice_is_made_below_its_widget():
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert app.radio[0].value == "mine"


def test_an_old_value_sent_during_a_run_does_not_undo_a_choice():
    app = AppTest.from_function(page).run()
    app.session_state["cut"] = True
    app.button[0].click().run()
    app.session_state["cut"] = False
    app.radio[0].set_value("ours").run()  # what the browser still showed
    assert app.radio[0].value == "mine"


def test_the_reader_may_choose_otherwise_afterwards():
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    app.radio[0].set_value("ours").run()
    assert app.radio[0].value == "ours"


def goes_on() -> None:
    import streamlit as st

    from ui.frame import choices

    here = st.session_state
    choices.begin()
    choices.choose("which", "mine")
    choices.end()
    seen = []
    for _message in range(2):  # in the same thread, so the first came before the end
        here["which"] = "ours"
        choices.begin()
        seen.append(here["which"])
    here["seen"] = seen


def test_an_old_value_that_waited_for_a_runs_end_does_not_undo_a_choice():
    app = AppTest.from_function(goes_on).run()
    assert app.session_state["seen"] == ["mine", "ours"]
