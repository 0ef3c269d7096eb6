"""Performance claims, as ratios against named peers. ``python -m benchmarks``."""
