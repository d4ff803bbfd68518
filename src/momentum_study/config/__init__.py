"""The configuration of a study: its models, and reading of files.

``python -m momentum_study schema`` writes `workflow/schemas/config.schema.json` and the tables of
keys in `config/README.md` from the models. The model of data sets is
`momentum_study.datasets.recipe`.
"""
