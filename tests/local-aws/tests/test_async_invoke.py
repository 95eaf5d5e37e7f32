"""Asynchronous invocation: how much a function does at a time."""

import threading

from local_aws import async_invoke


def test_a_function_works_on_so_many_events_at_a_time_and_on_all_in_the_end(monkeypatch):
    at_once, most, lock, full = [0], [0], threading.Lock(), threading.Event()

    def execute(func, config, event, request_id):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            if at_once[0] == async_invoke.AT_ONCE:
                full.set()
        assert full.wait(30)
        with lock:
            at_once[0] -= 1
        return {}

    monkeypatch.setattr(async_invoke, "_execute_once", execute)
    monkeypatch.setattr(async_invoke, "_settings", lambda config: {})
    ended = []
    events = [threading.Thread(target=lambda: ended.append(
        async_invoke._try({}, {"FunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:busy"}, {}, "id")))
        for _ in range(3 * async_invoke.AT_ONCE)]
    for event in events:
        event.start()
    for event in events:
        event.join()

    assert most[0] == async_invoke.AT_ONCE
    assert [outcome.condition for outcome in ended] == ["Success"] * len(events)
