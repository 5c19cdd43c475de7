"""Text of strangers stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.components.text import clean, plain

MARKUP = st.text(alphabet="ab1中 \\`*_{}[]()#+-.!|<>~$:=^&@\"';/\n\t\u202e\x00", max_size=40)


def rendered(text: str) -> tuple[set[str], str]:
    """Kinds of the inline tokens and the shown text of `text`, read as Markdown with tables and strikethrough."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in tokens} | {child.type for child in inline}
    return kinds, "".join(child.content for child in inline).replace("\u2060", "")


@given(MARKUP)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    kinds, shown = rendered(plain(text))
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert shown == " ".join(clean(text.replace("\n", " ").replace("\t", " ")).split())


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("[x](javascript:alert(1))", "\\[x\\](javascript\\:alert(1))", id="link"),
        pytest.param("![p](http://a.b/c)", "!\\[p\\](http:\u2060//a.b/c)", id="image"),
        pytest.param(":red[hot]", "\\:red\\[hot\\]", id="colour"),
        pytest.param("$x^2$", "\\$x^2\\$", id="formula"),
        pytest.param("<b>&lt;</b>", "\\<b\\>\\&lt;\\</b\\>", id="html_and_entity"),
        pytest.param("www.example.com a@b.cn", "www\u2060.example.com a@\u2060b.cn", id="autolinks"),
        pytest.param("1. one", "1\\. one", id="list"),
        pytest.param("# title", "\\# title", id="heading"),
        pytest.param("a\n\n    b", "a b", id="code_block"),
        pytest.param("14:00-15:30", "14:00-15:30", id="a_clock_stays_readable"),
    ],
)
def test_known_markup_is_escaped(text: str, escaped: str) -> None:
    assert plain(text) == escaped


@pytest.mark.parametrize("text", [":smile:", ":material/home:", ":+1:"])
def test_a_short_code_is_broken(text: str) -> None:
    assert ":\u2060" in plain(text)


def test_marks_that_reverse_the_reading_direction_are_dropped() -> None:
    assert clean("a\u202egpj.exe\x00") == "agpj.exe"
