"""Experiments without a grid: landscapes, and numbers that others published."""
