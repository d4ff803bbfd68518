"""Analysis of the tables: pure functions from tables to tables and from arrays to numbers."""
