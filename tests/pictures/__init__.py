"""Tests of pictures; they need the extra `images`, which the development environment has."""
