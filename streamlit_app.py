"""SeqScope: `streamlit run streamlit_app.py`."""

from ui.frame import frame

frame.run()
