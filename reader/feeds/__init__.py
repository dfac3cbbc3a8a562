"""Incoming news: subscriptions, and fetching their new entries into the news folder.

The modules follow the flow of data: `subscriptions` (what the user wants) and `state` (what a fetch
remembers) -> `discovery` -> `network` (requests) -> `document`, `json_feed`, `html`, `fulltext` (parsing into
`entries`, in `workers`) -> `matching` (what is new) -> `writing` and `articles` (the files). `fetching`
combines them. `opml` imports and exports lists of feeds; `login` finds passwords; `saving` keeps pages.
`reader list` imports nothing from here.
"""
