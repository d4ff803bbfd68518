"""Comparison of the code with published numbers, and of the runs with published findings."""
