"""Queries that are compiled once: of a small query, compiling takes Django ten times what the database takes to answer."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value


class Parameter(Value):
    """Stands in a queryset for what `Prepared.rows` is given under this name."""

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [self]


class Prepared:
    """The rows of a `values_list` whose parameters change from time to time."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.sql, self.values = queryset.query.sql_with_params()

    def rows(self, **given: object) -> list[tuple[Any, ...]]:
        """Return the rows as the database gives them: texts and whole numbers, which no field converts."""
        values: list[Any] = [given[value.value] if isinstance(value, Parameter) else value for value in self.values]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            return list(cursor.fetchall())
