"""The kernel `moon`: IPython's, with documents."""

# mypy: disable-error-code="no-untyped-call"
# ipykernel has no annotations.

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets import Type

from moon_kernel import indentation, tracebacks
from moon_kernel.channel import TraceChannel
from moon_kernel.classes import find_classes_in
from moon_kernel.compiler import MoonCompiler
from moon_kernel.hooks import ShellHooks
from moon_kernel.magics import register_magics
from moon_kernel.moonleap_cells import register_moonleap
from moon_kernel.session import Session
from moon_kernel.spa_cells import register_spa
from moonlight import __version__, install_hook
from moonlight.calls import traced_calls
from moonlight.tracking import SESSION


class MoonKernel(IPythonKernel):  # type: ignore[misc, unused-ignore]
    """Runs the cells of a document as its blocks; everything else is as in IPython's kernel."""

    implementation = "moonlight"
    implementation_version = __version__
    compiler_class = Type(MoonCompiler)
    debugger_class = Type("moon_kernel.debugger.MoonDebugger")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        assert self.shell is not None
        self.moon = Session.from_environment(os.environ)
        self.hooks = ShellHooks(self.shell, self.moon)
        indentation.watch(self.shell)
        tracebacks.watch(self.shell)
        self._until_exit = ExitStack()
        if sys.version_info >= (3, 12) and self.moon.path is not None:
            # Before 3.12 this takes the profile hook, which slows the user's code.
            calls = traced_calls(self.moon.tracker, self.moon.path)
            self.shell.compile.watch_calls = self._until_exit.enter_context(calls)
        self.channel = TraceChannel(self, self.moon)
        self.shell.push({SESSION: self.moon}, interactive=False)  # hidden from %who
        register_magics(self.shell, self.moon, self.hooks.recorder)
        register_moonleap(self.shell, lambda: self.moon.path)
        register_spa(self.shell)
        find_classes_in(self.moon)
        if hasattr(self, "debugger"):  # debugpy is there
            self.debugger.follow(self, self.moon)

    @property
    def banner(self) -> str:  # type: ignore[override]
        return f"Moonlight {__version__}: documents that run\n{super().banner}"

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, Any] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: Mapping[str, Any] | None = None,
        cell_id: str | None = None,
    ) -> Any:
        """As IPython's kernel; runs that an interrupt left open end here."""
        parent = self.get_parent("shell")
        try:
            return await super().do_execute(
                code,
                silent,
                store_history,
                user_expressions,
                allow_stdin,
                cell_meta=cell_meta,
                cell_id=cell_id,
            )
        finally:
            self.hooks.settle(parent.get("header", {}).get("msg_id"))

    @contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        """As ipykernel's, but a cell that only waits is cancelled now, not when its wait is over.

        ipykernel's handler schedules the cancellation without waking the event loop.
        """
        loop = asyncio.get_running_loop()
        with super()._cancel_on_sigint(future):
            handler = signal.getsignal(signal.SIGINT)

            def handle(number: int, frame: FrameType | None) -> None:
                if callable(handler):
                    handler(number, frame)
                loop.call_soon_threadsafe(lambda: None)

            signal.signal(signal.SIGINT, handle)
            yield


def main() -> None:
    """Start the kernel application; documents are importable in it."""
    install_hook()
    IPKernelApp.launch_instance(kernel_class=MoonKernel)
