"""Articles written out as machines write them, for the tests of everything that reads files."""

from __future__ import annotations

CANONICAL = """---
category: news
title: "Harbour town of Lindholm votes for a second tram line"
excerpt: "The council of Lindholm agreed to a tram line. \\"We start in May\\", said the mayor,"
publishedDateTime: 2024-03-02T09:15:00Z
originalUrl: "https://daily.lindholm.example/town/second-tram-line?ref=front"
webUrl: "https://daily.lindholm.example/town/second-tram-line"
type: article
quality: 58
heat: -1
published: false

provider:
  name: Lindholm Daily
  domain: lindholm.example

topics:
  - Transport
  - "Town: council"

images:
  - url: "https://pictures.lindholm.example/raw/https%253A%252F%252Ftram.jpg?width=1024&height=512"
    width: 1024
    height: 512
    isCached: true

related:
  - title: "Quay closed to cars from spring"
    excerpt: "The quay (the old one: not the new) closes. Its motto is \\"Calm & Clean\\"."
    publishedDateTime: 2024-02-28T17:00:00Z
    webUrl: "https://markets.example/quay-closed"
    type: article
    provider:
      name: Market Observer
      domain: markets.example
    quality: 71
    images:
      - url: "https://markets.example/1.jpg"
        width: 400
        height: 225
        isCached: true
  - title: "Nothing else is known of this one"

secured: "qk3/Zz+AA09==;Vt7x/Q=="
---

"""
