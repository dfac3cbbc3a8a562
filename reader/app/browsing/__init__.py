"""The browsing screen (`browse_screen`) and the parts it is composed of, a file for each subject."""
