"""Datasets: where they come from, how they are split and scaled, and the files they become."""
