"""One server for all tests; each test works in an account of its own, so that none can disturb another."""

import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from accounts import Account  # noqa: E402  (found beside this file)
from local_aws.session import LocalAws  # noqa: E402

_numbers = itertools.count(100_000_000_001)
QUICK = {"LOCAL_AWS_RETRY_SECONDS": "0.1,0.1"}


@pytest.fixture(scope="session")
def aws():
    with LocalAws(variables=QUICK) as started:
        yield started


@pytest.fixture(scope="session")
def enforcing_aws():
    """The same with `--auth`: signatures and IAM policies count."""
    with LocalAws(auth=True, variables=QUICK) as started:
        yield started


@pytest.fixture
def account(aws):
    return Account(aws, str(next(_numbers)))


@pytest.fixture
def enforcing_account(enforcing_aws):
    return Account(enforcing_aws, str(next(_numbers)))
