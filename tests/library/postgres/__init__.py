"""Tests of a shared collection in PostgreSQL."""
