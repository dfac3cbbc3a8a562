"""From the bytes of a file to an Article: fences, fields by type, other people's keys."""
