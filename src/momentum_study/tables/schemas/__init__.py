"""Descriptions of the tables of a study, one module for each file in its folder `tables/`."""
