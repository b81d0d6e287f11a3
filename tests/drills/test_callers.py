"""A call without an answer: whether any of it had reached the server is told from a connection that only rested."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable

import pytest

from stage import callers
from stage.callers import Line, Lost

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def answered_once(listener: socket.socket, line: Line) -> socket.socket:
    """The server's end of a line whose first call it has answered."""
    ends: list[socket.socket] = []

    def answer() -> None:
        end, _ = listener.accept()
        end.recv(65536)
        end.sendall(ANSWER)
        ends.append(end)

    thread = threading.Thread(target=answer)
    thread.start()
    assert line.ask("GET", "/", None, {}).status == 200
    thread.join()
    return ends[0]


def lost(line: Line) -> Lost:
    with pytest.raises(Lost) as caught:
        line.ask("POST", "/", b"{}", {})
    return caught.value


def test_who_closes_a_resting_connection_has_broken_nothing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answered_once(listener, line).close()
        assert not lost(line).sent

        # Closed after it was looked at, and before the first byte is there.
        end = answered_once(listener, line)
        look: Callable[..., object] = select.select
        monkeypatch.setattr(callers.select, "select", lambda *asked: (look(*asked), end.close())[0])
        assert not lost(line).sent


def test_who_has_a_call_and_does_not_answer_has_broken_it_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")
        end = answered_once(listener, line)
        thread = threading.Thread(target=lambda: (end.recv(65536), end.close()))
        thread.start()
        assert lost(line).sent
        thread.join()


def test_a_call_on_a_new_connection_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=lambda: listener.accept()[0].close())
        thread.start()
        assert lost(line).sent
        thread.join()
