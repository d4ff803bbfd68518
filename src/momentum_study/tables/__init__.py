"""Tables of a study: key columns, schemas, and the one way to read and to write them."""
