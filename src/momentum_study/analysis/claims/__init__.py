"""Verdicts: the claims of the tutorial, the cases that try them, and what the cases say."""
