"""The list folded by stories: whether it is, which stories are unfolded in place, and the keys for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reader.app.browsing.host import Host
from reader.app.widgets.article_list import ArticleList
from reader.query.results import Folding, Headline, Results


class StoryFolds:
    """Folds the list, and unfolds single stories in it."""

    def __init__(
        self,
        host: Host,
        articles: ArticleList,
        *,
        is_folded: bool,
        ask: Callable[[], object],
        keys: Callable[[str], str],
    ) -> None:
        """`ask` asks the current query again, `keys` are those of a command."""
        self._host, self._articles, self._ask, self._keys = host, articles, ask, keys
        self.is_folded = is_folded
        """Whether each story has one row."""
        self._opened: frozenset[str] = frozenset()

    @property
    def folding(self) -> Folding | None:
        """How the list is folded; None for a list of all articles."""
        return Folding(self._opened) if self.is_folded else None

    def members(self, results: Results | None, headline: Headline) -> Sequence[Headline]:
        """The articles that a row of the list stands for: all of a folded story."""
        if results is None or headline.fold is None or headline.fold.is_open:
            return [headline]
        return results.story(headline)

    def action_fold_stories(self) -> None:
        """List each story once, or all articles again."""
        self.is_folded = not self.is_folded
        self._opened = frozenset()
        self._ask()
        if self.is_folded:
            self._host.say(
                f"One row for each story; {self._keys('unfold_story')} shows its other articles,"
                f" {self._keys('fold_stories')} lists all"
            )

    def action_unfold_story(self) -> None:
        """Show the other articles of the story under the cursor below it, or hide them."""
        headline = self._articles.headline
        fold = headline.fold if headline is not None else None
        if headline is None or fold is None:
            if not self.is_folded:
                self._host.say(f"The list is not folded; {self._keys('fold_stories')} gives each story a row")
            else:
                self._host.say("No other article tells this story")
            return
        self._opened ^= {headline.story}
        self._ask()
