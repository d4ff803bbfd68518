"""The study's configuration: its models, and how a file of it is read.

The models are the schema: `workflow/schemas/config.schema.json` and the tables of keys in
`config/README.md` are written from them (``python -m momentum_study schema``). Those of data sets
are in `momentum_study.datasets.recipe`.
"""
