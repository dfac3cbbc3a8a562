"""Tests of the Library."""
