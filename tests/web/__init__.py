"""Tests of the screen in browsers, with real ones."""
