"""The user's settings: one TOML file, with a message for each mistake. Only views and topic rules are written
back."""

from reader.config.settings import NOTHING_USED, Config, as_toml, load, summary

__all__ = ["NOTHING_USED", "Config", "as_toml", "load", "summary"]
