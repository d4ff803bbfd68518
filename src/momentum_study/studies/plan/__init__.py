"""The size of a study before it runs: counts, time, memory, disk space.

`timing` times trainings on this machine, `jobs` has the costs of all other jobs, `plan` puts them
together, `notes` lists what is unusual, and `report` writes text and JSON.
"""
