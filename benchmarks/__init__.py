"""The engine against its peers: the same networks, trained by each to the same weights, and timed.

Run it with ``python -m benchmarks`` from the root of the repository.
"""
