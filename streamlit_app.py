"""SeqScope: `streamlit run streamlit_app.py`."""

from ui import frame

frame.run()
