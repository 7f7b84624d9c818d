"""Keeping the worker's process alive beside the relay, and letting it finish when the relay stops."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

GRACE = 8.0
"""Seconds that the command under way has when the relay stops; what is left is taken up by the next start."""

_PAUSES = (0.2, 1.0, 5.0, 30.0)
_LIVED = 60.0


class Keeper:
    """Runs a command as a child whose standard input is both bell and lifeline. Use it within `kept`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._child: asyncio.subprocess.Process | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def ring(self) -> None:
        """Tell the child that there is something new; callable from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        pipe = self._child.stdin if self._child else None
        if pipe is not None and not pipe.is_closing():
            pipe.write(b"\n")

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """As long as this lasts, the child is started again whenever it ends."""
        self._loop = asyncio.get_running_loop()
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            await self._stop()

    async def _keep(self) -> None:
        deaths = 0
        while True:
            began = asyncio.get_running_loop().time()
            self._child = await asyncio.create_subprocess_exec(*self._command, stdin=asyncio.subprocess.PIPE)
            code = await self._child.wait()
            deaths = 0 if asyncio.get_running_loop().time() - began > _LIVED else deaths + 1
            pause = _PAUSES[min(deaths, len(_PAUSES)) - 1] if deaths else _PAUSES[0]
            print(f"ERROR: the worker ended with {code}; again in {pause:g} s", file=sys.stderr, flush=True)
            await asyncio.sleep(pause)

    async def _stop(self) -> None:
        child = self._child
        if child is None or child.returncode is not None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            await asyncio.wait_for(child.wait(), GRACE)
        except TimeoutError:
            child.kill()
            await child.wait()
