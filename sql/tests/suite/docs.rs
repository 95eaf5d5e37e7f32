//! The page: its queries run, its tables are the code's.

use crate::kept::{Kept, ask, records};
use std::path::PathBuf;
use std::sync::Arc;
use trailreflex_sql::{athena_table, columns_table};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/sql.md")
}

#[test]
fn each_query_of_the_page_runs_and_finds_something() {
    let page = std::fs::read_to_string(path()).unwrap();
    let queries: Vec<_> = page
        .split("```sql\n")
        .skip(1)
        .filter_map(|part| part.split("```").next())
        .filter(|query| !query.starts_with("CREATE"))
        .collect();
    assert_eq!(queries.len(), 7);
    for query in queries {
        let answer =
            ask(Arc::new(Kept::of(records())), query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert!(!answer.rows.is_empty(), "{query}");
    }
}

#[test]
fn the_pages_table_is_the_codes() {
    let mut page = std::fs::read_to_string(path()).unwrap();
    let before = page.clone();
    for (mark, wanted) in [
        ("columns of the table", columns_table()),
        ("the table in Athena", format!("```sql\n{}\n```\n", athena_table())),
    ] {
        let (begin, end) = (format!("<!-- {mark}: begin -->\n"), format!("<!-- {mark}: end -->"));
        let (head, rest) = page.split_once(&begin).unwrap();
        let (_, tail) = rest.split_once(&end).unwrap();
        page = format!("{head}{begin}{wanted}{end}{tail}");
    }
    if page != before {
        std::fs::write(path(), page).unwrap();
        panic!("docs/sql.md was out of date and has been written anew: look at it and commit it");
    }
}
