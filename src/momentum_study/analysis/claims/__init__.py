"""Verdicts: the claims of the tutorial, the cases that test them, and their outcomes."""
