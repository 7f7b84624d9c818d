"""Without Apache Beam only what needs none of it is collected here; test_without_beam.py says how to test the rest."""

from importlib.util import find_spec

_NEED_NONE = {"test_marks.py", "test_without_beam.py"}

collect_ignore_glob = [] if find_spec("apache_beam") else ["test_[!mw]*.py"]
