"""Momentum on quadratics: closed forms, and what the study's own update rules do."""
