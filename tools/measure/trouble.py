"""What ends a measurement."""


class Trouble(Exception):
    """Says which part failed, at what, and what was expected."""
