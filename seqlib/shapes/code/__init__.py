"""Read Keras code as text: it is parsed and walked over stand-in layers, and never run."""
