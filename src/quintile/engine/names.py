"""Names: what stands for quintile's names of tables and views in a server or a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.translate import parsed, respelled, translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.engine.render import Sql
    from quintile.engine.translate import Tree


class Names:
    """What stands for quintile's names in a server or a cluster, and the queries that use them.

    Args:
        dialect: The server's, as sqlglot calls it.
        hook: What the server says in place of a part of a query.
        columns: Asks the server for the columns of a query.
        session: Ends the names of tables that other sessions must not meet.
    """

    def __init__(
        self,
        dialect: str,
        hook: Callable[[Tree], Tree],
        columns: Callable[[str], list[str]],
        session: str = "",
    ) -> None:
        self._dialect = dialect
        self._session = session
        self._hook = hook
        self._columns = columns
        self._kept: dict[str, Tree] = {}
        self._made = 0

    def new(self, called: str) -> str:
        """A name that no table has yet, of letters and digits alone."""
        self._made += 1
        plain = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in called[:40])
        return f"{plain}_{self._made}{self._session}"

    def stand(self, called: str, tree: Tree) -> Tree | None:
        """Let a table, or the tree of a view, stand for a name; gives what stood for it before."""
        before, self._kept[called] = self._kept.get(called), tree
        return before

    def forget(self, called: str) -> Tree | None:
        """Let nothing stand for a name; gives what stood for it before."""
        return self._kept.pop(called, None)

    def told(self, query: Sql) -> str:
        """The query in the server's words."""
        return self._spelled(translated(parsed(query), self._kept, self._asked))

    def _asked(self, query: Tree) -> list[str]:
        return self._columns(self._spelled(query.copy()))

    def _spelled(self, tree: Tree) -> str:
        return respelled(tree, self._hook).sql(self._dialect)
