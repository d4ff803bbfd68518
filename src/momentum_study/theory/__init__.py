"""Momentum on quadratics: closed forms, and measurements of the study's update rules."""
