"""Compare the speed of the engine and of its peers on the same networks, with the same results.

Run it with ``python -m benchmarks`` from the root of the repository.
"""
