"""Throttling, errors, time-outs and lost answers in every call: it is done in the end, or kept for a person. Never silent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from events import in_envelope, plan_of, quarantine_record
from faults import BY_HAND_AT_ONCE, CALLS, FAULTS, UNDO_CALLS, Call, Case, UndoCase, run_together

FOR_GOOD = "throttled for good"
ALL_LOST = "done, but every answer lost for a while"
LONG = ("throttled longer than the SDK retries", "failing longer than the SDK retries", "timing out longer than the SDK retries")
METRICS = Call("cloudwatch:PutMetricData", None)

# Who is cut off from the journal leaves its plan claimed for the journal's lease of 45 seconds. AWS delivers again
# after a minute and finds the plan free; the deliveries here come too soon, so the event ends on the queue of failed ones.
CLAIMED = {("dynamodb:TransactWriteItems (store what came of it)", fault) for fault in LONG}
CLAIMED |= {("dynamodb:TransactWriteItems (claim the plan)", ALL_LOST)}
CLAIMED |= {("dynamodb:TransactWriteItems (store the undo)", fault) for fault in LONG}
CLAIMED |= {("dynamodb:TransactWriteItems (claim the undo)", ALL_LOST)}


def expected(call: str, fault: str) -> str:
    if call == "dynamodb:TransactWriteItems (mark as reported)":
        return "done"  # at worst the outcome is reported twice
    if call == "sqs:SendMessage" and fault == LONG[0]:
        return "reported"  # microburst's word for throttling is none that the SDK retries, so each strike costs a delivery
    return "reported" if fault == FOR_GOOD or (call, fault) in CLAIMED else "done"


def every(calls):
    return pytest.mark.parametrize(("call", "fault"), [
        pytest.param(str(call), fault, id=f"{call} {fault}") for call in calls for fault in FAULTS])


# Undos first: the journal's leases run out while the rest goes on.
@pytest.fixture(scope="module")
def ended_undos(stack, fault_ends):
    cases = [UndoCase(call, fault, stack.user("restored")) for call in UNDO_CALLS for fault in FAULTS]
    for case in cases:
        stack.detect(in_envelope(stack, quarantine_record(stack, case.user.name)))
    for case in cases:
        case.plan = plan_of(stack, case.user)
    ended = run_together(stack, cases)
    fault_ends["undo"] = [case.end for case in cases]
    return ended


@every(UNDO_CALLS)
def test_a_fault_in_an_undo_ends_with_a_restored_user_or_a_clear_answer(ended_undos, call, fault):
    case = ended_undos[call, fault]
    assert (case.end, case.strikes > 0) == (expected(call, fault), True)


@pytest.fixture(scope="module")
def ended(stack, fault_ends):
    """Runs all cases at once; returns them by call and fault."""
    cases = run_together(stack, [Case(call, fault, stack.user("faulty")) for call in CALLS for fault in FAULTS])
    fault_ends["containment"] = [case.end for case in cases.values()]
    return cases


@every(CALLS)
def test_a_fault_ends_with_a_contained_user_or_a_kept_event(ended, call, fault):
    case = ended[call, fault]
    assert (case.end, case.strikes > 0) == (expected(call, fault), True)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "timing out longer than the SDK retries"])
def test_a_number_that_cannot_be_published_keeps_nobody_from_being_contained(stack, fault_ends, fault):
    """The body is CBOR, so the rule cannot name a user: one case after the other."""
    case = run_together(stack, [Case(METRICS, fault, stack.user("uncounted"))])[str(METRICS), fault]
    fault_ends.setdefault("metrics", []).append(case.end)
    assert (case.end, case.strikes > 0) == ("done", True)


def test_what_was_kept_is_done_when_it_is_delivered_again_after_the_fault(stack, ended):
    kept = [case for case in ended.values() if case.end == "reported"]
    with ThreadPoolExecutor(BY_HAND_AT_ONCE) as pool:
        ends = list(pool.map(lambda case: case.deliver_again(stack), kept))
    assert {f"{case.call} {case.fault}": end for case, end in zip(kept, ends) if end != "done"} == {}


def test_an_undo_that_was_kept_from_its_end_reaches_it_when_asked_again_after_the_fault(stack, ended_undos):
    with ThreadPoolExecutor(BY_HAND_AT_ONCE) as pool:
        done = list(pool.map(lambda case: case.ask_again(stack), ended_undos.values()))
    assert [f"{case.call} {case.fault}" for case, is_done in zip(ended_undos.values(), done) if not is_done] == []
    for case in ended_undos.values():
        assert stack.state(case.user) == {"keys": {case.user.key_id: "Active"}, "policies": []}
