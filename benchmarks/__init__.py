"""Measurements, as ratios against a named floor in the same run. Nothing here is a test: machines are noisy."""
