"""Text that tries to come alive: pieces of Markdown, HTML, terminals, workflows and Unicode, in any order."""

from hypothesis import strategies as st

_WORDS = """
` `` ``` ~~~ | \\ @octocat #1 GH-2 0123abcd http://evil.example www.evil.example ![i](http://e.example/p.png) [a](b) <b>
<!-- --> </details> </summary> <script> > --- === /close ** _ &#64;a &lt; :bug: ]] "] end {{1}} {%if%} ::error::
##[group] word
"""
SPACED = ("# h", "- x", "1. x", "Fixes #3", "| a | b |\n|---|---|\n", "\n", "\r", "\r\n", "\t", "    ", "\n\n/close\n")
CODES = (0, 0x1B, 0x85, 0x9B, 0xA0, 0x200B, 0x2028, 0x202E, 0xD800, 0xE0041, 0xFEFF)
LONG = ("`" * 120, "`" * 300, "\x1b[31m", "\x1b]8;;http://e\x07")

TEXT = st.lists(
    st.sampled_from((*_WORDS.split(), *SPACED, *map(chr, CODES), *LONG)) | st.text(max_size=6), min_size=1, max_size=12
).map("".join)
