"""What the Flex Template's launcher runs: the pipeline in this very image, without waiting for its end."""

import sys

from bot.faces.beam.__main__ import main

sys.argv.append("--no-wait")
main()
