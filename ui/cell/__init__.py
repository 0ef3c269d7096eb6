"""The parts of the cell page."""
