"""What every test needs: pinned kernels, before NumPy is loaded, and repeatable random examples."""

from hypothesis import settings

from momentum_study.kernels import pin

pin()

settings.register_profile("study", deadline=None, derandomize=True)
settings.load_profile("study")
