"""The program as a fixture, for these tests too."""

from tests.faces.conftest import bot

__all__ = ["bot"]
