"""A config's text is read as text with its places, and every bad document gets its one sentence."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdplay.config.document import (
    MOST_BYTES,
    MOST_DEPTH,
    MOST_NODES,
    Mapping,
    Scalar,
    Sequence,
    read_document,
    read_value,
)
from gdplay.errors import ConfigError

SMALLEST = "the smallest config is one line: function: f(x, y) = x^2 + y^2"
ALIAS = "anchors and aliases are not supported"
REPEAT = "repeat the value, or use extends"
QUOTE = "quote this formula"
CUT = "YAML has cut a formula at a comma"
NO_MAPPING = "a config is a mapping of keys to values; this is"
NO_VALUE = "write b: VALUE, or quote the whole text if it is a formula"
TAB = "a tab stands where YAML allows only spaces"
UTF8 = "save the config as UTF-8 text"
ESCAPED = "is refused, also as an escape; remove it"
ALIKE = "indent the keys of one level alike"
BACKSLASH = "write \\\\, or use single quotes"
CLOSE_LIST = "write ] after its last item"
CLOSE_MAP = "write } after its last pair"
SPACE = "put a space after the colon"


# text, "line:column", the complaint without its place
# fmt: off
BAD = [
    ("",                      "1:1", f"the file is empty; {SMALLEST}"),
    ("# nothing\n\n",         "1:1", f"the file is empty; {SMALLEST}"),
    ("---\n",                 "1:1", f"the file is empty; {SMALLEST}"),
    ("- a\n- b",              "1:1", f"{NO_MAPPING} a list; {SMALLEST}"),
    ("x^2",                   "1:1", f"{NO_MAPPING} a single value; {SMALLEST}"),
    ("k: *x + y",             "1:4", f'{ALIAS}; {QUOTE}: k: "*x + y"'),
    ("- *x + y",              "1:3", f'{ALIAS}; {QUOTE}: "*x + y"'),
    ("k: *x",                 "1:4", f"{ALIAS}; {REPEAT}"),
    ("a: &a [*a]",            "1:4", f"{ALIAS}; {REPEAT}"),
    ("k: !x",                 "1:4", f'tags are not supported; {QUOTE}: k: "!x"'),
    ("k: !!python/name:os.x", "1:4", "tags are not supported; remove what starts with !"),
    ("k: !!float abc",        "1:4", "tags are not supported; remove what starts with !"),
    ("<<: {a: 1}",            "1:1", "merge keys (<<) are not supported; repeat the values, or use extends"),
    ("a: 1\nb: 2\na: 3",      "3:1", "the key 'a' is given twice, in lines 1 and 3; remove one of them"),
    ("a: {b: 1, b: 2}",       "1:11", "the key 'b' is given twice, in line 1; remove one of them"),
    ("? [a]\n: 1",            "1:3", "a list cannot be a key; write a name"),
    ("a: {{b}}",              "1:5", f'a mapping cannot be a key; {QUOTE}: a: "{{{{b}}}}"'),
    ("a: {b}",                "1:5", f"'b' has no value; {NO_VALUE}"),
    ("a: {b} + c",            "1:5", f"'b' has no value; {QUOTE}: a: \"{{b}} + c\""),
    ("? \n: 1",               "1:2", "the key before ':' is missing; write key: value"),
    ("a: 1\n---\nb: 2",       "2:1", "a second document starts here; keep one document in a file"),
    ("a: [max(x, 0), 1]",     "1:5", f"{CUT}: 'max(x'; {QUOTE}: \"max(x, 0)\""),
    ("o: {lr: min(1, 1/t)}",  "1:9", f"{CUT}: 'min(1'; {QUOTE}: lr: \"min(1, 1/t)\""),
    ("o: {f(x, y): 3}",       "1:5", f"{CUT}: 'f(x'; {QUOTE}: \"f(x, y)\""),
    ('a: "\\ud800"',          "1:4", f"the character '\\ud800' (U+D800) {ESCAPED}"),
    ('a: "\\x1b[31m"',        "1:4", f"the character '\\x1b' (U+001B) {ESCAPED}"),
    ('a: "\\UFFFFFFFF"',      "1:7", "this escape names no character; Unicode ends at \\U0010FFFF"),
    ("a: 1\nb: \x1b",         "2:4", "the character '\\x1b' (U+001B) at byte offset 8 is refused; remove it"),
    ("a: é\x00",              "1:5", "the character '\\x00' (U+0000) at byte offset 5 is refused; remove it"),
    ("a: \ud800",      "1:4", "the character '\\ud800' (U+D800) at byte offset 3 is refused; remove it"),
    (b"\xef\xbb\xbfa: \x07",  "1:4", "the character '\\x07' (U+0007) at byte offset 6 is refused; remove it"),
]

# Documents that YAML itself cannot read: text, place, our words, the remedy.
UNREADABLE = [
    ("k: |x| + 1\nb: 2",      "1:5", "after | or > the line ends",               f'{QUOTE}: k: "|x| + 1"'),
    ("k: %x",                 "1:4", "no value starts with this character",      f'{QUOTE}: k: "%x"'),
    ("k: @x + 1",             "1:4", "no value starts with this character",      f'{QUOTE}: k: "@x + 1"'),
    ("k: [1, 2] @ x",         "1:11", "no value starts with this character",     f'{QUOTE}: k: "[1, 2] @ x"'),
    ("o: {a: @x}",            "1:8", "no value starts with this character",      "put the value in quotes"),
    ("k: x: y",               "1:5", "only quoted values can hold ': '",         f'{QUOTE}: k: "x: y"'),
    ("k: *x*y",               "1:6", "& and * start anchors and aliases",        f'{QUOTE}: k: "*x*y"'),
    ("k: !(x > 1)",           "1:10", "after | or > the line ends",              f'{QUOTE}: k: "!(x > 1)"'),
    ('k: @"a"',               "1:4", "no value starts with this character",      f"{QUOTE}: k: '@\"a\"'"),
    ("a: [x[0], 1]",          "1:4", "the list opened here is not closed",       f'{QUOTE}: "x[0]"'),
    ("o: {lr: x[0] + 1}",     "1:4", "the mapping opened here is not closed",    f'{QUOTE}: lr: "x[0] + 1"'),
    ("a: [1, 2\nb: 3",        "1:4", "the list opened here is not closed",       CLOSE_LIST),
    ("a: {x: 1\nb: 3",        "1:4", "the mapping opened here is not closed",    CLOSE_MAP),
    ("a: 1\n\tb: 2",          "2:1", TAB, "use spaces"),
    ("a:\n\tb: 2",            "2:1", TAB, "use spaces"),
    ("lr:0.1\nb: 2",          "1:3", "only quoted values can hold ': '",         f"{SPACE}: lr: 0.1"),
    ("a: 1\nlr:0.1\nb: 2",    "2:3", "this line is no key with a value",         f"{SPACE}: lr: 0.1"),
    ("f: x +\ny\na: 1",       "2:1", "this line is no key with a value",         "write key: value"),
    ('a: "x\nb: 1',           "1:4", "a quote is opened here and never closed",  "close it"),
    ('a: "x" + y',            "1:8", "the value has ended before this",          "put all of it in quotes"),
    ('a: "\\q"',              "1:6", "in double quotes \\ starts an escape",     BACKSLASH),
    ("a:\n    b: 1\n  c: 2",  "3:3", "this does not fit what stands above",      ALIKE),
    ("a: - b",                "1:4", "a list's '- ' cannot start here",          "put it on its own line"),
    ("%YAML 1.2\n---\na: 1",  "1:1", "lines that start with % are not supported", "remove the line"),
    ("a: 1\n...\nb: 2",       "3:1", "the document has ended above",             "remove this line"),
    ("a: {: 1}",              "1:5", "the key before ':' is missing",            "write key: value"),
    (": 1",                   "1:1", "the key before ':' is missing",            "write key: value"),
]

ENCODINGS = [
    (b"\x89PNG\r\n\x1a\n\0",  "byte 0x89 at offset 0 (it looks like a PNG picture); name a YAML file"),
    (b"\xff\xfea\0:\0",       f"byte 0xFF at offset 0 (it looks like UTF-16 text); {UTF8}"),
    (b"a: caf\xe9",           f"byte 0xE9 at offset 6; {UTF8}"),
    (b"a: \xed\xa0\x80",      f"byte 0xED at offset 3; {UTF8}"),
]
# fmt: on

DEEP = f"lists and mappings are nested more than {MOST_DEPTH} deep"
MANY = f"the config holds more than {MOST_NODES:,} keys and values"
LARGE = f"at most {MOST_BYTES:,} are read"
ALIAS_BOMB = "a: &a [x, x]\n" + "".join(
    f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcde", "bcdef", strict=True)
)
MERGE_BOMB = "a: &a {k: 1}\n" + "".join(
    f"{n}: &{n} {{<<: [*{p}, *{p}]}}\n" for p, n in zip("abcd", "bcde", strict=True)
)
BOMBS = {
    "aliases": (ALIAS_BOMB, ALIAS),
    "merge keys": (MERGE_BOMB, ALIAS),
    "50,000 brackets": ("a: " + "[" * 50_000, DEEP),
    "500,000 brackets": ("a: " + "[" * 500_000, DEEP),
    "249,000 braces": ("a: " + "{b: " * 249_000, DEEP),
    "braces as keys": ("{" * 500_000, "a mapping cannot be a key"),
    "dashes": ("- " * 400_000, DEEP),
    "deep blocks": ("".join(" " * n + "a:\n" for n in range(1_000)), DEEP),
    "400 kB list": ("a: [" + "1," * 200_000 + "]", MANY),
    "1 MB list": ("a: [" + "1," * 499_000 + "]", MANY),
    "60,000 keys": ("".join(f"k{n}: {n}\n" for n in range(60_000)), MANY),
    "spaces": (" " * 999_999, "the file is empty"),
    "lines": ("\n" * 999_999, "the file is empty"),
    "colons": (":" * 999_999, ": ' ("),
    "one quote": ("a: '" + "x" * 999_000, "never closed"),
    "directives": ("%x\n" * 300_000, "not supported"),
    "documents": ("---\n" * 200_000, "a second document"),
    "long key": ("x" * 900_000 + ": 1", "': '"),
    "long alias": ("a: *" + "x" * 900_000, ALIAS),
    "long torn formula": ("a: [f(" + "x" * 900_000 + ", 1)]", "cut a formula"),
    "too many bytes": ("#" * (MOST_BYTES + 1), f"1,000,001 bytes; {LARGE}"),
}


def complaint(data, file="c.yaml"):
    with pytest.raises(ConfigError) as caught:
        read_document(data, file)
    assert len(caught.value.complaints) == 1
    return caught.value.complaints[0], str(caught.value)


@pytest.mark.parametrize(("text", "place", "message"), BAD)
def test_a_bad_document_is_refused_in_these_words(text, place, message):
    found, shown = complaint(text)
    assert shown == f"c.yaml:{found.line}: {message}"
    assert f"{found.line}:{found.column}" == place


@pytest.mark.parametrize(("text", "place", "said", "remedy"), UNREADABLE)
def test_what_yaml_cannot_read_is_told_in_plain_words(text, place, said, remedy):
    found, shown = complaint(text)
    assert shown.startswith(f"c.yaml:{found.line}: {said} (YAML: ")
    assert shown.endswith(f"); {remedy}")
    assert f"{found.line}:{found.column}" == place


@pytest.mark.parametrize(("data", "message"), ENCODINGS)
def test_other_encodings_are_named_by_their_first_wrong_byte(data, message):
    assert complaint(data)[1] == f"c.yaml: this is no UTF-8 text: {message}"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", BOMBS)
def test_hostile_documents_are_refused_within_two_seconds(name):
    text, message = BOMBS[name]
    begin = time.process_time()
    _, shown = complaint(text)
    assert time.process_time() - begin < 2
    assert message in shown
    assert len(shown) < 600


def test_a_megabyte_of_formula_is_read_within_two_seconds():
    text = "f: " + "x +\n " * 166_000
    begin = time.process_time()
    read = read_document(text, None).get("f")
    assert time.process_time() - begin < 2
    assert read.text == " ".join(["x +"] * 166_000)


@pytest.mark.parametrize(
    "text", ["1e-3", "no", "0777", "1:30", "null", "~", "2024-01-01", "-.5", "=", "0x1F", "x#y"]
)
def test_plain_scalars_stay_text(text):
    place = read_document("a: 1", None).get("a").place
    assert read_document(f"a: {text}", None).get("a") == Scalar(text, False, place)
    assert read_document(f"a: '{text}'", None).get("a") == Scalar(text, True, place)
    assert read_document(f"{text}: 1", None).keys() == (text,)


def test_places_are_the_files_lines_and_columns():
    text = "\ufeff# é\r\na:  1\r\nb:\r\n  - {c: 'x'}\r\n  - |\r\n\r\n    y\r\n    z\r\nd: >-\r\n  w\r\n"
    root = read_document(text.encode(), "c.yaml")
    first, block = root.get("b").items
    places = [root.place, root.get("a").place, root.get("b").place, first.get("c").place, block.place]
    assert [(place.line, place.column) for place in places] == [(2, 1), (2, 5), (4, 3), (4, 9), (5, 5)]
    assert {place.file for place in places} == {"c.yaml"}
    assert (block.text, block.block, block.text_line) == ("\ny\nz\n", True, 6)
    assert (root.get("d").text, root.get("d").text_line) == ("w", 10)
    assert root.get("a").text_line == 2


def test_lists_and_mappings_keep_order_and_style():
    root = read_document("b: [1, [2]]\na:\n  - x\n'<<': {}", None)
    assert root.keys() == ("b", "a", "<<")
    assert [key.text for key, _ in root] == ["b", "a", "<<"]
    assert isinstance(root.get("b"), Sequence)
    assert [root.get("b").flow, root.get("a").flow, root.flow] == [True, False, False]
    assert [len(root.get("b")), len(root.get("<<")), len(root)] == [2, 0, 3]
    assert root.get("c") is None


def test_a_comment_after_a_value_is_noticed():
    root = read_document("a: -x^2 #+ y\nb: 1\n# c\nc: 'x' # y\nd: x#y", None)
    assert [value.comment_cut for _, value in root] == [True, False, False, False]
    assert root.get("a").text == "-x^2"


def test_an_empty_value_in_a_block_is_empty_text():
    assert read_document("a:\nb: 1", None).get("a").text == ""


def test_limits_are_reached_but_not_passed():
    depth = MOST_DEPTH - 1
    assert read_document("a: " + "[" * depth + "]" * depth, None).keys() == ("a",)
    assert len(read_document("a: [" + "1," * (MOST_NODES - 3) + "]", None).get("a")) == MOST_NODES - 3
    assert MANY in complaint("a: [" + "1," * (MOST_NODES - 2) + "]")[1]
    assert read_document("a: 1\n#".ljust(MOST_BYTES, "x"), None).get("a").text == "1"


@pytest.mark.parametrize("text", ["0.1", "x: y # z", "*x + y", "", "- a", " [1]", "'a'"])
def test_a_value_of_the_command_line_is_its_whole_text(text):
    value = read_value(text, "command line")
    assert (value.text, value.quoted) == (text, False)


def test_a_value_in_brackets_is_read_as_yaml():
    assert [item.text for item in read_value("[1e-3, no]", "command line")] == ["1e-3", "no"]
    assert read_value("{name: adam}", "command line").get("name").text == "adam"
    with pytest.raises(ConfigError, match=r'command line:1: .*quote this formula: "max\(x, 0\)"'):
        read_value("[max(x, 0)]", "command line")


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(list("ab0:#-?*&!|>%@`'\"{}[](), \n\t\\.=x<+\r")), max_size=40))
def test_any_text_is_read_or_refused_with_one_placed_complaint(text):
    try:
        assert isinstance(read_document(text, "c.yaml"), Mapping)
    except ConfigError as error:
        (found,) = error.complaints
        assert 1 <= found.line <= max(1, len(text.splitlines()) + 1)
        assert found.column >= 1
        assert found.message
