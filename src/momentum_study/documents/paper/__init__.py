"""The paper: what it takes from tables, and how it is typeset."""
