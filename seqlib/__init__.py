"""SeqScope's library: recurrent models, the music and words they read, and what they do.

Imports no Streamlit, and imports TensorFlow only where a model is built or trained.
"""
