"""Comparison of a finished study with the published one: file by file, value by value."""
