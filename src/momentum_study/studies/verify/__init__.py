"""Holding a finished study against the published one: file by file, value by value."""
