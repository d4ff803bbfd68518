"""Pure functions of arrays: estimates, intervals, tests and the verdict rule."""
