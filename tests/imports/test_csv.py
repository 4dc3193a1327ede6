"""Files are read strictly, and every fault has a place."""

from pathlib import Path

import pytest

from consortium.documents.csv import (
    Columns,
    FileUnreadable,
    MalformedCsv,
    NotUtf8,
    WrongColumns,
    parse_table,
    read_table,
)

COLUMNS = Columns(("a", "b"), ("c",))


def test_rows_are_numbered_by_the_line_they_begin_on() -> None:
    """Blank lines and line breaks inside quotes count."""
    table = parse_table("f.csv", b'\xef\xbb\xbfa,b\r\n1,"x\ny"\r\n\r\n2,"say ""hi"""\r\n', COLUMNS)

    assert [(r.line, r.values) for r in table.records] == [
        (2, {"a": "1", "b": "x\ny"}),
        (5, {"a": "2", "b": 'say "hi"'}),
    ]


def test_latin_1_is_told_with_line_and_byte() -> None:
    """The byte is counted in the file, the mark at its start included."""
    with pytest.raises(NotUtf8, match=r"f\.csv: line 2, byte 10: 0xe9") as plain:
        parse_table("f.csv", b"a,b\n1,Caf\xe9\n", COLUMNS)
    with pytest.raises(NotUtf8, match="line 2, byte 13"):
        parse_table("f.csv", b"\xef\xbb\xbfa,b\n1,Caf\xe9\n", COLUMNS)
    assert plain.value.code == "FILE_NOT_UTF8"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'a,b\n1,"x"y\n', r"line 2 \(byte 5\)"),
        (b'a,b\n1,2\n3,"open\n4,5\n', r"the row that begins on line 3 \(byte 9\)"),
        (b"a,b\n1,\0\n", "line 2, byte 7"),
    ],
)
def test_a_stray_quote_is_told_with_its_line(data: bytes, where: str) -> None:
    """An open quotation mark is told where its row begins, not where the file ends."""
    with pytest.raises(MalformedCsv, match=where):
        parse_table("f.csv", data, COLUMNS)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"", "empty"),
        (b"a,c", "missing: b"),
        (b"a,b,x,", r"unknown: x, \(blank\)"),
        (b"a,b,a", "named twice: a"),
    ],
)
def test_a_wrong_header_names_the_columns(header: bytes, told: str) -> None:
    """All that is wrong with it is told at once."""
    with pytest.raises(WrongColumns, match=told):
        parse_table("f.csv", header + b"\n1,2\n" if header else b"", COLUMNS)


def test_a_row_of_another_length_has_a_fault() -> None:
    """It is one row's fault, and the others can be read."""
    table = parse_table("f.csv", b"a,b\n1\n1,2\n1,2,3\n", COLUMNS)

    assert [record.fault is None for record in table.records] == [False, True, False]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """No file, no traceback."""
    with pytest.raises(FileUnreadable, match="No such file"):
        read_table(tmp_path / "none.csv", COLUMNS)
