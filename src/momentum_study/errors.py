"""The one exception that is a message to the user."""


class StudyError(Exception):
    """Something in the user's hands is wrong: a config, a data file, a damaged output.

    The message says what is wrong, where (file, key, dataset), what was expected and what to do
    about it. The command line prints it without a traceback and exits with code 1. Errors that
    only a programmer can cause are `TypeError` or `ValueError` instead.
    """
