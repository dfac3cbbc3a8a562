"""The early screen, and the only package that uses private names of Textual and Rich."""
