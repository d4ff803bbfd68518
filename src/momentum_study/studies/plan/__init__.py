"""What a configuration comes to before it runs: counts, time, memory, room on disk.

`work` counts what a training computes, from the shapes that `sizes` and `trainings` find; `rates`,
`calibration`, `memory` and `jobs` turn that into seconds and bytes; `plan` puts it together,
`notes` says what is odd about it, and `report` writes it down.
"""
