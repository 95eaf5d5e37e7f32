"""The page's queries and the table's definition are SQL that Athena and Trino take, as a parser of theirs reads it."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import errors, exp

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text()
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
QUERIES = [block for block in BLOCKS if not block.startswith("CREATE")]
# Functions that the page names, each of which Trino has. Source: Trino documentation, "List of functions and operators".
SUBSET = re.search(r"\*\*The subset\*\*.*?\n\n", PAGE, re.DOTALL)[0]


def parsed(text: str, dialect: str) -> exp.Expression:
    """The only statement of a text; what the parser does not understand is an error."""
    [statement] = sqlglot.parse(text, dialect=dialect, error_level=errors.ErrorLevel.RAISE)
    return statement


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n")[0][:40])
@pytest.mark.parametrize("dialect", ["trino", "athena"])
def test_each_query_of_the_page_is_one_select(query: str, dialect: str) -> None:
    assert isinstance(parsed(query, dialect), exp.Query)


def test_the_page_has_queries() -> None:
    assert len(QUERIES) >= 7


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n")[0][:40])
def test_a_query_calls_no_function_outside_the_subset(query: str) -> None:
    called = set(re.findall(r"\b([a-z_0-9]+)\(", query))
    assert called <= set(re.findall(r"`([a-z_0-9]+)(?:\(|`)", SUBSET)) | {"row_number"}


def test_the_table_has_the_pages_columns_and_projects_its_partitions() -> None:
    [text] = [block for block in BLOCKS if block.startswith("CREATE")]
    table = parsed(text, "athena")
    assert isinstance(table, exp.Create) and table.this.this.name == "cloudtrail"
    columns = [column.name for column in table.this.expressions]
    partitions = [column.name for column in table.find(exp.PartitionedByProperty).this.expressions]
    listed = re.findall(r"^\| `([a-z0-9]+)` \|", PAGE, re.MULTILINE)
    assert columns + partitions == listed
    for partition in partitions:
        assert f"projection.{partition}.type" in text and f"${{{partition}}}" in text


def test_what_no_parser_takes_is_noticed() -> None:
    with pytest.raises(errors.ParseError):
        parsed("SELECT FROM WHERE GROUP", "trino")
