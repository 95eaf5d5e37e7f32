"""The pages that the command line writes, in a real browser: quiet, self-contained, sortable, and deaf to what attackers write.

Needs Chromium and a built `trailreflex` (`make test-pages`).
"""

import base64
import gzip
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from browser import Browser, Page

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PROGRAM = REPOSITORY / "target/debug/trailreflex"
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</td></tr></table><img src=x onerror='window.hacked = 2'>",
    "\u202egnp.exe\u202c \u2066evil\u2069 \u200b",
    "\"><svg onload=alert(3)>",
    "javascript:alert(4)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "n" * 10_000,
]


NAMES = ["review", "findings", "timeline", "backtest"]
# A word that only some rows have.
WORDS = {"review": "user03", "findings": "leaked3", "timeline": "createaccesskey", "backtest": "access_key_used_from_attack_tool"}


def record(number, day, hour, user, **changes):
    return {
        "eventVersion": "1.09", "eventID": f"00000000-0000-4000-8000-{number:012}", "eventTime": f"2026-11-{day:02}T{hour:02}:00:00Z",
        "awsRegion": "us-east-1", "eventSource": "iam.amazonaws.com", "eventName": "ListUsers", "readOnly": True,
        "eventType": "AwsApiCall", "managementEvent": True, "eventCategory": "Management", "recipientAccountId": "111122223333",
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.15",
        "userIdentity": {"type": "IAMUser", "principalId": f"AIDA{user.upper():0>17.17}", "userName": user, "accountId": "111122223333",
                         "arn": f"arn:aws:iam::111122223333:user/{user}", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
    } | changes


def month():
    """Four weeks of twelve users, each with another number of calls; in the last week, hostile texts wherever callers write some."""
    number = 0
    for day in range(1, 29):
        for user in range(12):
            for call in range(1 + user * (1 + user % 3)):
                number += 1
                yield record(number, day, 9 + call % 8, f"user{user:02}")
    for at, text in enumerate(HOSTILE):
        for changes in ({"userAgent": text}, {"sourceIPAddress": text[:200]}, {"errorCode": text[:100], "errorMessage": text},
                        {"eventName": text[:120]}, {"awsRegion": text[:40]}):
            number += 1
            yield record(number, 27, 10 + at, "user03", **changes)
        number += 1
        someone = record(number, 28, 11, "user04")
        someone["userIdentity"] |= {"userName": text, "arn": f"arn:aws:iam::111122223333:user/{text}"}
        yield someone


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages by name: a review, and what there is about leaked keys."""
    folder = tmp_path_factory.mktemp("pages")
    logs = folder / "logs"
    logs.mkdir()
    with gzip.open(logs / "month.json.gz", "wt") as file:
        json.dump({"Records": list(month())}, file)
    quiet = {"cwd": folder, "check": True, "capture_output": True}
    subprocess.run([PROGRAM, "review", logs, "--out", folder / "review"], **quiet)
    leaked = [record(number, 20 + number, 10, f"leaked{number}", userAgent=f"TruffleHog {text}",
                     eventSource="sts.amazonaws.com", eventName="GetCallerIdentity") for number, text in enumerate(HOSTILE)]
    leaked[0]["userIdentity"]["arn"] = f"arn:aws:iam::111122223333:user/{HOSTILE[0]}"
    changes = [("iam", "DeactivateMFADevice"), ("iam", "CreateAccessKey"), ("iam", "CreateLoginProfile"),
               ("cloudtrail", "StopLogging"), ("cloudtrail", "DeleteTrail")]
    leaked += [record(100 + number, 27, 12, "leaked9", eventSource=f"{service}.amazonaws.com", eventName=name, readOnly=False,
                      userAgent=HOSTILE[0]) for number, (service, name) in enumerate(changes)]
    (folder / "leaks.json").write_text(json.dumps({"Records": leaked}))
    pages = {"review": folder / "review/review.html"}
    for name, command in (("findings", ["evaluate"]), ("timeline", ["timeline", "leaked*"]), ("backtest", ["backtest"])):
        pages[name] = folder / f"{name}.html"
        # `evaluate` ends with 1 if there are findings.
        ran = subprocess.run([PROGRAM, *command, "--format", "html", folder / "leaks.json"], cwd=folder, check=False, capture_output=True)
        assert ran.stdout.startswith(b"<!doctype html>"), ran.stderr
        pages[name].write_bytes(ran.stdout)
    return pages


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_says_nothing_on_the_console_and_asks_for_nothing_but_itself(browser, pages, name, scheme):
    page = Page(browser, pages[name], scheme=scheme)
    assert page.complaints() == []
    assert page.requested() == [pages[name].as_uri()]
    pictures = os.environ.get("PICTURES")
    if pictures:
        page.call("Emulation.setDeviceMetricsOverride", width=1280, height=1600, deviceScaleFactor=1, mobile=False)
        shot = page.call("Page.captureScreenshot", format="png")["data"]
        (Path(pictures) / f"{name}-{scheme}.png").write_bytes(base64.b64decode(shot))


def test_the_two_themes_differ_and_text_can_be_read_in_both(browser, pages):
    colours = {}
    for scheme in ("light", "dark"):
        page = Page(browser, pages["review"], scheme=scheme)
        colours[scheme] = page.ask("[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).backgroundColor,"
                                   " getComputedStyle(document.body).color]")
    assert colours["light"][2] != colours["dark"][2]
    assert colours["light"][:2] != colours["dark"][:2]


@pytest.mark.parametrize("name", NAMES)
def test_what_attackers_write_is_text_and_runs_nothing(browser, pages, name):
    page = Page(browser, pages[name])
    page.ask("document.querySelectorAll('th button, summary').forEach(one => one.click())")
    assert page.ask("typeof window.hacked") == "undefined"
    assert page.ask("document.scripts.length") == 1
    assert page.ask("document.querySelectorAll('img, image, iframe, object, embed, link, form, [onerror], [onload]').length") == 0
    assert page.ask("[...document.querySelectorAll('a')].filter(one => !/^(https:|#)/.test(one.getAttribute('href'))).length") == 0
    text = page.ask("document.body.innerText")
    assert "<script>window.hacked = 1</script>" in text
    assert not any(sign in text for sign in "\u202e\u2066\u200b"), "signs that turn or hide text are spelled out"
    assert page.complaints() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_long_name_makes_the_page_no_wider_than_the_screen_and_no_row_higher(browser, pages, name):
    page = Page(browser, pages[name])
    page.call("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)
    assert page.ask("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.ask("Math.max(...[...document.querySelectorAll('tbody tr')].map(row => row.offsetHeight))") < 800


def column(page, table, number):
    """Returns a column as it is sorted by."""
    return page.ask(f"[...document.querySelectorAll('table[data-sortable]')[{table}].tBodies[0].rows]"
                    f".map(row => row.cells[{number}].dataset.key ?? row.cells[{number}].textContent.trim())")


def press(page, table, number):
    page.ask(f"document.querySelectorAll('table[data-sortable]')[{table}].tHead.rows[0].cells[{number}].querySelector('button').click()")
    return page.ask(f"document.querySelectorAll('table[data-sortable]')[{table}].tHead.rows[0].cells[{number}].getAttribute('aria-sort')")


def test_a_press_on_a_heading_sorts_by_number_and_another_one_the_other_way(browser, pages):
    page = Page(browser, pages["review"])
    tables = page.ask("document.querySelectorAll('table[data-sortable]').length")
    assert tables >= 3
    principals = 1
    before = sorted(column(page, principals, 1), key=int)
    assert len(before) >= 12
    assert (press(page, principals, 1), column(page, principals, 1)) == ("ascending", before)
    assert (press(page, principals, 1), column(page, principals, 1)) == ("descending", before[::-1])
    assert press(page, principals, 0) == "ascending"
    names = column(page, principals, 0)
    users = [name for name in names if name.endswith(tuple(f"user{number:02}" for number in range(12)))]
    assert users == sorted(users) and len(names) == len(before)
    marked = page.ask(f"document.querySelectorAll('table[data-sortable]')[{principals}].querySelectorAll('[aria-sort]').length")
    assert marked == 1


@pytest.mark.parametrize("name", NAMES)
def test_words_in_the_filter_leave_only_rows_that_have_them_all(browser, pages, name):
    page = Page(browser, pages[name])
    shown = "[...document.querySelectorAll('#findings tbody tr')].filter(row => !row.hidden).map(row => row.textContent.toLowerCase())"

    def filter_by(words):
        page.ask("(words => { const field = document.querySelector('#search'); field.value = words;"
                 " field.dispatchEvent(new Event('input', {bubbles: true})); })(" + json.dumps(words) + ")")
        rows = page.ask(shown)
        assert page.ask("document.querySelector('#shown').textContent") == str(len(rows))
        return rows

    every = page.ask(shown)
    assert len(every) > 3
    word = WORDS[name]
    some = filter_by(word.upper())
    assert 0 < len(some) < len(every) and all(word in row for row in some)
    two = filter_by(f"  {word} zzz-not-there")
    assert two == []
    assert len(filter_by("")) == len(every)


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_everything_can_be_read(browser, pages, name):
    page = Page(browser, pages[name], scripts=False)
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    rows = page.ask("[...document.querySelectorAll('#findings tbody tr')].map(row => row.hidden)")
    assert len(rows) > 3 and not any(rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_is_dark_on_the_screen_is_printed_dark_on_white_and_without_its_filter(browser, pages, name):
    page = Page(browser, pages[name], scheme="dark")
    page.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    text, ground = page.ask("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert sum(numbers(text)) < 200 and (ground == "rgba(0, 0, 0, 0)" or sum(numbers(ground)) > 700)
    assert page.ask("getComputedStyle(document.querySelector('.search')).display") == "none"


def numbers(colour):
    """Red, green and blue of a computed colour."""
    return [int(one) for one in re.findall(r"\d+", colour)[:3]]
