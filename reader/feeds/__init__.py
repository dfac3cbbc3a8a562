"""News comes in: subscriptions, and what a fetch brings from them into the news folder.

The rooms follow the flow: `subscriptions` (what the user wants) and `state` (what a fetch remembers) ->
`discovery` -> `network` (getting) -> `document`, `html`, `fulltext` (reading, in `workers`)
-> `matching` (what is new) -> `articles` (the files). `fetching` puts them together. What other programs
write and read is `opml`; single pages are `saving` and `fulltext`. Nothing here is imported by a list.
"""
