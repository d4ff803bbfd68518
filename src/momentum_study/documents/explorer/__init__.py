"""The explorer: one page with maps of the cells of a study and their learning curves.

``metrics`` lists the quantities, ``colors`` chooses colours, ``encoding`` and ``data`` pack the
tables, and ``page`` combines them with the HTML, CSS and JavaScript of this folder.
"""
