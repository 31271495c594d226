"""The one error of the local servers."""


class ServerError(Exception):
    """Something is missing or a server did not start; the text says what to do about it."""
