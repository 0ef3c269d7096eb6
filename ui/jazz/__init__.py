"""The parts of the jazz page: what is chosen, training, sampling, and what the stage shows."""
