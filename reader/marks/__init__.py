"""The Marks: what the person did, in a database of their own, with its copies. Never rebuilt, never lost."""
