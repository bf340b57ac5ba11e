"""The connection of a browser with its kernel, derived from any other one: small messages do not wait.

A kernel answers with several small messages. A socket holds each back until the one before was acknowledged,
and browsers put that off for 40 ms: a wait at every execution and every click.
"""

from __future__ import annotations

from typing import Any


def prompt(base: type) -> type:
    """The class of connections that `base` is, its messages sent at once."""

    class PromptConnection(base):  # type: ignore[misc]
        """Messages of a kernel, sent as they come."""

        def connect(self) -> Any:
            """Open the channels of the kernel."""
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    return PromptConnection
