"""The explorer: one page on which the cells of a study and their learning curves can be looked at.

``metrics`` says what can be shown, ``colors`` how it looks, ``encoding`` and ``data`` pack it, and
``page`` puts it together with the HTML, CSS and JavaScript that lie beside them.
"""
