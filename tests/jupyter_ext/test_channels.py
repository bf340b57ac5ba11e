"""Messages of a kernel reach the browser at once: the socket holds none back for a confirmation."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from jupyter_ext.channels import prompt
from jupyter_ext.server_extension import send_at_once

NAME = "kernel_websocket_connection_class"


class Connection:
    """What a connection of any kind has."""

    def __init__(self, handler: Any) -> None:
        self.websocket_handler = handler

    def connect(self) -> str:
        return "connected"


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_socket_of_a_kernel_sends_small_messages_at_once(wrapped: bool) -> None:
    seen: list[Any] = []

    class Handler(WebSocketHandler):
        def open(self, *_: str, **__: str) -> None:
            connection: Any = (prompt(Connection) if wrapped else Connection)(self)
            result = connection.connect()
            assert self.ws_connection is not None
            stream: Any = self.ws_connection.stream
            seen.append((result, bool(stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))))
            self.close()

    async def visit() -> None:
        server = HTTPServer(Application([("/", Handler)]))
        listening, port = bind_unused_port()
        server.add_socket(listening)
        client = await websocket_connect(f"ws://127.0.0.1:{port}/")
        assert await client.read_message() is None
        client.close()
        server.stop()
        await server.close_all_connections()

    asyncio.run(visit())
    assert seen == [("connected", wrapped)]


def test_the_configured_class_stays_what_it_is_and_what_is_none_stays_alone() -> None:
    for base in (ZMQChannelsWebsocketConnection, GatewayWebSocketConnection):
        settings: dict[str, Any] = {NAME: base}
        send_at_once(settings)
        assert issubclass(settings[NAME], base)
        assert settings[NAME] is not base
    for other in ({}, {NAME: None}, {NAME: object}):
        settings = dict(other)
        send_at_once(settings)
        assert settings == other
