"""Figures: a module each, and the catalogue of those a study gets."""
