"""SeqScope: `streamlit run streamlit_app.py`.

Streamlit imports this file when the server starts, for `app`, and runs it for every reader.
"""

from starlette.middleware import Middleware
from streamlit.starlette import App

if __name__ == "__main__":
    from ui.frame import frame

    frame.run()
else:
    from ui import files
    from ui.frame import early

    app = App(
        __file__,
        lifespan=early.lifespan,
        routes=early.documents(),
        middleware=[Middleware(files.Packed), Middleware(early.AfterLoading)],
    )
