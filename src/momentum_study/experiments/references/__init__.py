"""The study's code against numbers that others published, and its findings against theirs."""
