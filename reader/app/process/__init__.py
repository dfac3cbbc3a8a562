"""The screen as a process: its first paint, its end, its memory, how it takes the terminal."""
