"""The user's settings: one TOML file, read with a sentence for each mistake; only views are written back."""

from reader.config.settings import NOTHING_USED, Config, as_toml, load, summary

__all__ = ["NOTHING_USED", "Config", "as_toml", "load", "summary"]
