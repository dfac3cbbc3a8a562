"""Tests of the Library of folders."""
