"""Shared collections: articles, the sets of the index and all users' marks in PostgreSQL.

Only this package uses psycopg (extra `postgres`); it is only imported when a source is a database URL.
"""
