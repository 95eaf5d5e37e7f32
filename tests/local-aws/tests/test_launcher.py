"""Starting and ending the server."""

import os
import re
import signal
import socket
import subprocess
import sys
from importlib import metadata, util
from pathlib import Path

import pytest
from accounts import Account

from local_aws import __main__ as launcher
from local_aws.environment import Settings
from local_aws.processes import ask, free_port, listens
from local_aws.session import LocalAws, eventually

PARENT = str(Path(launcher.__file__).resolve().parents[1])


def start(*options, **pipes):
    return subprocess.Popen([sys.executable, "-m", "local_aws", *options], env=os.environ | {"PYTHONPATH": PARENT},
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **pipes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_says_ready_and_a_signal_ends_it_cleanly(number):
    port = free_port()
    server = start("--port", str(port))
    line = server.stdout.readline()
    assert line.startswith(f'local-aws ready {{"endpoint": "http://127.0.0.1:{port}"')
    server.send_signal(number)
    rest, errors = server.communicate(timeout=15)
    assert (server.returncode, rest, errors) == (0, "", "")
    assert not listens(port)


def test_it_ends_when_whoever_holds_its_input_is_gone():
    server = start("--port", str(free_port()), "--until-stdin-closes", stdin=subprocess.PIPE)
    server.stdout.readline()
    server.stdin.close()
    server.stdin = None
    server.communicate(timeout=15)
    assert server.returncode == 0


def test_a_port_in_use_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = start("--port", str(port))
        _, errors = server.communicate(timeout=30)
    assert server.returncode == 1
    assert errors == f"local_aws cannot use 127.0.0.1:{port}: Address already in use\n"


def test_another_version_of_ministack_is_refused(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: "1.5.34")
    with pytest.raises(SystemExit, match=r"needs ministack 1\.5\.33, found 1\.5\.34"):
        launcher.complain_if_unusable(Settings(free_port()))


def test_a_missing_cbor2_is_refused(monkeypatch):
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="needs cbor2"):
        launcher.complain_if_unusable(Settings(free_port()))


def test_every_socket_of_server_and_functions_is_on_the_loopback_interface(aws, account):
    account.function("worker")
    account.invoke("worker", {})
    group = aws._server.id
    sockets = listening_sockets(group)
    assert sockets
    assert {address for address, _ in sockets} == {"0100007F"}  # 127.0.0.1, as the kernel writes it


@pytest.mark.parametrize("host", ["192.0.2.1", "attacker.example"])
def test_the_server_connects_to_this_machine_only(aws, account, host):
    sns = account.client("sns")
    topic = sns.create_topic(Name="findings")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=f"https://{host}/hook")  # AWS asks it to confirm
    eventually(lambda: f"{host} is not on this machine" in (aws.logs / "local-aws.log").read_text())


def listening_sockets(group):
    inodes = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) == group:
                links = (os.readlink(each) for each in (process / "fd").iterdir())
                inodes |= {found.group(1) for link in links if (found := re.match(r"socket:\[(\d+)\]", link))}
        except OSError:
            continue  # it has ended meanwhile
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [tuple(row[1].split(":")) for row in rows if row[3] == "0A" and row[9] in inodes]


def test_a_reset_forgets_everything_and_keeps_what_was_taught():
    with LocalAws() as aws:
        iam = aws.client("iam")
        iam.create_user(UserName="alice")
        aws.client("guardduty").create_detector(Enable=True)
        ask(f"{aws.endpoint}/_ministack/reset", "POST")
        assert (aws.records(), aws.deliveries()) == ([], [])
        assert aws.client("guardduty").list_detectors()["DetectorIds"] == []
        iam.create_user(UserName="alice")
        iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")


def test_a_session_ends_its_processes_even_if_the_block_fails():
    with pytest.raises(ZeroDivisionError), LocalAws(faults=True) as aws:
        account = Account(aws, aws.account)
        account.function("worker")
        account.invoke("worker", {})  # its process is in the server's group
        groups = [aws._server.id, aws.faults._proxy.id]
        assert all(alive(group) for group in groups)
        raise ZeroDivisionError
    eventually(lambda: not any(alive(group) for group in groups), seconds=5)


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
