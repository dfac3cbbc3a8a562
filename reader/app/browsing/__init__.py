"""What one can do on the browsing screen, a file for each subject; `screens.browse` puts them together."""
