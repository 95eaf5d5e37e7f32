"""An account of its own for a test file that imports these fixtures: what it does to the account concerns no other test.

It has no microburst before it and injects no faults.
"""

import pytest

from local_aws.session import LocalAws


@pytest.fixture(scope="module")
def aws():
    """Started for the file, and ended with it."""
    with LocalAws(auth=True) as started:
        yield started


@pytest.fixture
def no_faults():
    """There are none here."""
