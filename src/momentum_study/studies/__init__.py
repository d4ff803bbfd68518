"""Whole studies: planned before they run; described, verified and compared afterwards."""
