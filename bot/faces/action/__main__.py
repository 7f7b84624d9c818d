"""`python -m bot.faces.action`: what the Action's last step runs. Signals are heard from the first line on."""

import logging
import os
import sys
import warnings

from bot.faces.action.brake import STOPPED, Brake, Stopped


def _started() -> int:
    brake = Brake()
    try:
        brake.install()
        logging.disable()
        warnings.simplefilter("ignore")
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        from bot.faces.action.main import main

        return main(os.environ, brake, sys.stdout)
    except Stopped:
        return STOPPED


if __name__ == "__main__":
    sys.exit(_started())
