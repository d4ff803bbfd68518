"""What the tables say: pure functions from tables to tables and from arrays to numbers."""
