"""Evaluates rules on the same made-up log files with this command and others, and writes a table and a picture.

Usage: run.py BINARY PEERS TOOLS FOLDER PICTURE. PEERS is a folder with the programs of `peers/`; TOOLS one with what is
installed only for this, each of which may be missing: `bin/rsigma`, `python` with trailscraper. FOLDER is filled with logs
and rules if it is not there. Slow ones read the first five files only, and the table says so.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

import logs
import rules
from measure import Cost, instructions, least
from picture import write_picture

RECORDS = 750_000
SLICE = 5
ROUNDS = 4
WITHOUT_MATCHES = ("roofline", "`zcat", "`review", "trailscraper")
DUCKDB = (
    "import duckdb; duckdb.sql('SET enable_progress_bar = false'); duckdb.sql('SET threads = 1'); "
    "[print(*row) for row in duckdb.sql(\"SELECT r.eventID FROM (SELECT unnest(Records) AS r FROM read_json('{}/**/*.json.gz', maximum_object_size = 100000000)) "
    "WHERE r.eventName = 'StopLogging'\").fetchall()]"
)


def prepared(folder: Path) -> tuple[Path, Path, int]:
    """Makes up what is not there; returns all logs, the slice, and how many records that has."""
    everything, part = folder / "logs", folder / "slice"
    if not everything.exists():
        logs.fill(everything, RECORDS)
    if not part.exists():
        part.mkdir()
        for file in sorted(everything.rglob("*.json.gz"))[:SLICE]:
            shutil.copy(file, part)
    for count in (60, 5_000):
        if not (folder / f"rules-{count}").exists():
            rules.fill(folder / f"rules-{count}", count)
    return everything, part, sum(logs.sizes(RECORDS)[:SLICE])


def commands(binary: Path, peers: Path, tools: Path, folder: Path, everything: Path, part: Path) -> tuple[dict, dict]:
    """The commands that read everything, and those that read the slice."""

    def evaluate(count: int, *more: str, of: Path = everything) -> list[str]:
        return [str(binary), "evaluate", "--only-rules-given", "--rules", str(folder / f"rules-{count}"), "--format", "json", *more, str(of)]

    few, many, shell = str(folder / "rules-60"), str(folder / "rules-5000"), "find {} -name '*.gz' -print0 | xargs -0 {}"
    word = "'\"eventName\":\"StopLogging\"'"
    fast = {
        "roofline: libdeflate and the scan, no rules": [str(peers / "roofline"), few, str(everything)],
        "**`evaluate`, 60 rules**": evaluate(60, "--jobs", "1"),
        "**`evaluate`, 5,000 rules**": evaluate(5_000, "--jobs", "1"),
        "`evaluate`, 60 rules, all cores": evaluate(60),
        "`search --event StopLogging`": [str(binary), "search", "--jobs", "1", "--format", "json", "--event", "StopLogging", str(everything)],
    }
    slow = {
        "`evaluate`, 60 rules, `--parse-all`": evaluate(60, "--jobs", "1", "--parse-all", of=part),
        "rsigma-eval 0.23.0, library, 60 rules": [str(peers / "rsigma_library"), few, str(part)],
        "`zgrep` for one call": ["sh", "-c", shell.format(part, f"zgrep -ho {word}")],
        "`zcat`, nothing else": ["sh", "-c", shell.format(part, "zcat") + " > /dev/null"],
        "rsigma-eval 0.23.0, library, 5,000 rules": [str(peers / "rsigma_library"), many, str(part)],
        "sigma-rust 0.7.0, library, 60 rules": [str(peers / "sigma_rust_library"), few, str(part)],
        "Python functions, 60 rules": [sys.executable, str(Path(__file__).parent / "peers" / "python_rules.py"), few, str(part)],
        "`jq` for one call": ["sh", "-c", shell.format(part, "zcat") + " | jq -c '.Records[] | select(.eventName == \"StopLogging\")'"],
        "DuckDB for one call": [sys.executable, "-c", DUCKDB.format(part)],
        "`review --no-rules`": [str(binary), "review", "--no-rules", "--jobs", "1", "--out", str(folder / "review"), str(part)],
        "`evaluate`, the built-in rules": [str(binary), "evaluate", "--jobs", "1", "--format", "json", str(part)],
    }
    if (tools / "bin/rsigma").exists():
        ask = f"{tools / 'bin/rsigma'} engine eval --output-format ndjson --rules {shlex.quote(few)} --jq '.Records[]'"
        lines = f"for file in {part}/*.gz; do zcat $file; echo; done"
        slow["rsigma 0.23.0, command, 60 rules"] = ["sh", "-c", f"{lines} | {ask}"]
    if (tools / "python").exists():
        trailscraper = f"PYTHONPATH={tools / 'python'} {sys.executable} {tools / 'python/bin/trailscraper'} select --log-dir {part} --filter-assumed-role-arn x"
        slow["trailscraper 0.10.0, select"] = ["sh", "-c", trailscraper]
    return fast, slow


def row(name: str, cost: Cost, records: int, roofline: float) -> str:
    """A line of the table."""
    each = cost.cpu / records * 1e6
    note = "" if records == RECORDS else f" ({records:,} records)"
    matches = "" if name.startswith(WITHOUT_MATCHES) else f"{cost.lines:,}"
    return f"| {name}{note} | {each:.2f} | {1e6 / each:,.0f} | {cost.memory:.0f} | {matches} | {100 * roofline / each:.1f} |"


def main() -> None:
    """Prints the table, and what else was measured."""
    binary, peers, tools, folder, picture = (Path(argument).resolve() for argument in sys.argv[1:6])
    everything, part, in_part = prepared(folder)
    fast, slow = commands(binary, peers, tools, folder, everything, part)
    rounds = int(os.environ.get("ROUNDS", ROUNDS))
    costs = {name: (cost, RECORDS) for name, cost in least(fast, rounds).items()}
    costs |= {name: (cost, in_part) for name, cost in least(slow, 1).items()}
    roofline = next(iter(costs.values()))[0].cpu / RECORDS * 1e6
    print("| what | CPU, µs a record | records a second and core | most memory, MB | matches | % of the roofline |\n|---|--:|--:|--:|--:|--:|")
    for name, (cost, records) in costs.items():
        print(row(name, cost, records, roofline))
    one, all_cores = (costs[name][0] for name in ("**`evaluate`, 60 rules**", "`evaluate`, 60 rules, all cores"))
    print(f"\nAll cores ({os.cpu_count()}): {one.wall:.2f} s alone, {all_cores.wall:.2f} s together: {one.wall / all_cores.wall:.2f} times as fast.")
    files = sorted(everything.rglob("*.json.gz"))
    samples = []
    for count in (1, 4):
        sample = folder / f"sample-{count}"
        if not sample.exists():
            sample.mkdir()
            for file in files[:count]:
                shutil.copy(file, sample)
        samples.append((sample, sum(logs.sizes(RECORDS)[:count])))
    counted = instructions(fast["**`evaluate`, 60 rules**"][:-1], *samples)
    if counted is not None:
        print(f"Instructions a record, 60 rules: {counted:,.0f}")
    write_picture(picture, {name.replace("*", "").replace("`", ""): records / cost.cpu for name, (cost, records) in costs.items()})


if __name__ == "__main__":
    main()
