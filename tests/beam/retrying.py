"""A local runner that does as Dataflow when a worker dies: its bundle's output is dropped, another worker redoes it.

Beam's FnApiRunner waits for ever instead (https://github.com/apache/beam/issues/18640).
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from apache_beam.runners.portability.fn_api_runner import fn_runner
from apache_beam.runners.portability.fn_api_runner.worker_handlers import BeamFnControlServicer

_BundleManager = fn_runner.BundleManager
_MOST_ATTEMPTS = 4
_SECONDS = 0.05


class _Held:
    """Output of one bundle, kept back until the bundle is done."""

    cleared = False

    def __init__(self, context: Any, key: Any) -> None:
        self._context, self._key, self._data = context, key, list[Any]()

    def append(self, data: Any) -> None:
        """Keep it back."""
        self._data.append(data)

    def commit(self) -> None:
        """Let it go on to the next stage."""
        buffer = self._context.get_buffer(*self._key)
        for data in self._data:
            buffer.append(data)


class _Holding:
    """A bundle's context whose buffers are kept back."""

    def __init__(self, context: Any) -> None:
        self._context, self._held = context, dict[Any, _Held]()
        self.worker_handlers = list(context.worker_handlers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def get_buffer(self, *key: Any) -> _Held:
        """The buffer in the place of the real one."""
        return self._held.setdefault(key, _Held(self._context, key))

    def commit(self) -> None:
        """Let all output go on."""
        with _BundleManager._lock:
            for held in self._held.values():
                held.commit()


class RetryingBundleManager(fn_runner.BundleManager):  # type: ignore[misc]
    """Processes a bundle until a worker lives through it."""

    deaths = 0

    def process_bundle(self, *given: Any, **named: Any) -> Any:
        """As the runner's own, but for workers that die."""
        context = self.bundle_context_manager
        for _ in range(_MOST_ATTEMPTS):
            holding = _Holding(context)
            attempt = _Attempt(
                _BundleManager(holding, self._progress_frequency, self._cache_token_generator), given, named
            )
            if attempt.outlived():
                holding.commit()
                return attempt.result
            type(self).deaths += 1
            _replace(context, attempt.worker)
        raise RuntimeError(f"no worker lived through a bundle in {_MOST_ATTEMPTS} attempts")


class _Attempt(threading.Thread):
    """One worker's go at a bundle."""

    def __init__(self, manager: Any, given: Any, named: Any) -> None:
        super().__init__(daemon=True)
        self._manager, self._given, self._named = manager, given, named
        self.result: Any = None
        self._error: BaseException | None = None

    @property
    def worker(self) -> Any:
        return getattr(self._manager, "_worker_handler", None)

    def run(self) -> None:
        try:
            self.result = self._manager.process_bundle(*self._given, **self._named)
        except BaseException as error:
            self._error = error

    def outlived(self) -> bool:
        """Whether the bundle was done; False where its worker died before."""
        self.start()
        while self.is_alive():
            self.join(_SECONDS)
            if self.is_alive() and self.worker and not self.worker.worker_thread.is_alive():
                return False
        if self._error:
            raise self._error
        return True


def _replace(context: Any, dead: Any) -> None:
    with _BundleManager._lock:
        manager = context.execution_context.worker_handler_manager
        for handlers in manager._cached_handlers.values():
            if dead in handlers:
                handlers.remove(dead)
        context._worker_handlers = None
        while any(one.control_conn._state == BeamFnControlServicer.UNSTARTED_STATE for one in context.worker_handlers):
            time.sleep(_SECONDS)


@contextmanager
def retrying() -> Iterator[type[RetryingBundleManager]]:
    """Within this block bundles of dead workers are done again."""
    RetryingBundleManager.deaths = 0
    with patch.object(fn_runner, "BundleManager", RetryingBundleManager):
        yield RetryingBundleManager
