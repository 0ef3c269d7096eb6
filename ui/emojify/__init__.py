"""The parts of the emojify page: the sentence, what reads it, the data, training, errors, files."""
