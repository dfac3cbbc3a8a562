"""Reader: a terminal news reader over a folder of article files."""

__version__ = "0.1.0"
