"""The folders of article files: lists, reads and watches them. No other package opens article files."""
