"""The screen in browsers: a small web server with a restricted reader behind each page (`reader serve`).

The only package that imports the extra `web`: textual-serve's service, which runs a screen behind a
WebSocket, and aiohttp. The routes, and the checks before them, are our own.
"""
