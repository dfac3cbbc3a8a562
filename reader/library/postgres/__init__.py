"""A collection that many share: its articles, the sets of its index and everybody's marks in PostgreSQL.

Only this package uses psycopg (extra `postgres`); nothing here is imported before a source is an address of a
database.
"""
