"""The parts of the shapes page."""
