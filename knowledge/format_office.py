"""Readers of docx, pptx and xlsx, behind a guard against hostile zip files."""

from __future__ import annotations

import errno
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from knowledge.clean import clean
from knowledge.format_table import cell_text, from_sheets, to_table
from knowledge.formats import Block, Document, Sections, Table, Unreadable

OfficeType = Literal["docx", "pptx", "xlsx"]

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
_RATIO_COUNTS_FROM = 1024 * 1024
_MAX_ENTRIES = 20_000
_CHUNK = 1024 * 1024

_MAIN_PARTS: dict[bytes, OfficeType] = {
    b"wordprocessingml.document.main+xml": "docx",
    b"ms-word.document.macroEnabled.main+xml": "docx",
    b"wordprocessingml.template.main+xml": "docx",
    b"presentationml.presentation.main+xml": "pptx",
    b"presentationml.slideshow.main+xml": "pptx",
    b"ms-powerpoint.presentation.macroEnabled.main+xml": "pptx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"ms-excel.sheet.macroEnabled.main+xml": "xlsx",
    b"spreadsheetml.template.main+xml": "xlsx",
}
_AS_PLAIN = (
    # python-docx and python-pptx open only the plain content type; macros and templates differ in nothing we read.
    (b"application/vnd.ms-word.document.macroEnabled.main+xml",
     b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    (b"wordprocessingml.template.main+xml", b"wordprocessingml.document.main+xml"),
    (b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
     b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"),
    (b"presentationml.slideshow.main+xml", b"presentationml.presentation.main+xml"),
)  # fmt: skip
_NO_TEXT_INSIDE = ("/media/", "/embeddings/", "/fonts/")

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-"}


def read_office(path: Path) -> Document:
    """The document of a docx, pptx or xlsx file, told by its content types. Raises Unreadable for any other zip."""
    try:
        content, kind = _unpacked(path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # EINVAL: the directory points before the file
            raise
        raise Unreadable(
            "is damaged: its zip structure or a checksum in it is wrong; save it again from the program that made it.",
            "已损坏：压缩结构或校验和不对，请用原来的程序重新保存。",
        ) from error
    if kind == "docx":
        return _read_docx(content)
    if kind == "pptx":
        return _read_pptx(content)
    return _read_xlsx(content, path.stem)


def check_directory(entries: Iterable[zipfile.ZipInfo]) -> None:
    """Raise Unreadable when the zip directory announces a bomb or encrypted entries."""
    total = 0
    for count, entry in enumerate(entries, start=1):
        total += entry.file_size
        packed_small = entry.file_size > _RATIO_COUNTS_FROM and entry.file_size > MAX_RATIO * entry.compress_size
        if total > MAX_UNPACKED_BYTES or packed_small or count > _MAX_ENTRIES:
            raise Unreadable(
                "looks like a zip bomb: it unpacks to more than 200 MB, or to more than 100 times its size.",
                "像是压缩炸弹：解压后超过 200 MB，或超过原大小的 100 倍。",
            )
        if entry.flag_bits & 0x1:
            raise Unreadable("is encrypted: save it without a password.", "已加密：请去掉密码后重新保存。")


def _unpacked(path: Path) -> tuple[io.BytesIO, OfficeType]:
    """A copy of the zip in memory without compression, so that no later reader can be lied to about sizes."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as plain:
        entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
        check_directory(archive.infolist())
        if "[Content_Types].xml" not in entries:
            raise Unreadable(
                "is a zip file but not docx, pptx or xlsx: unpack it, or save it in one of those formats.",
                "是 zip 文件，但不是 docx、pptx 或 xlsx：请解压，或另存为这些格式。",
            )
        types = _limited(archive, entries.pop("[Content_Types].xml"), MAX_UNPACKED_BYTES)
        kind = next((kind for mark, kind in _MAIN_PARTS.items() if mark in types), None)
        if kind is None:
            raise Unreadable(
                "is an Office file of a kind that is not read: save it as docx, pptx or xlsx.",
                "是暂不支持的 Office 文件：请另存为 docx、pptx 或 xlsx。",
            )
        for found, wanted in _AS_PLAIN:
            types = types.replace(found, wanted)
        plain.writestr("[Content_Types].xml", types)
        left = MAX_UNPACKED_BYTES - len(types)
        for name, entry in entries.items():
            data = b"" if any(part in f"/{name}" for part in _NO_TEXT_INSIDE) else _limited(archive, entry, left)
            left -= len(data)
            plain.writestr(name, data)
    copy.seek(0)
    return copy, kind


def _limited(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The entry's bytes, never more than `limit` whatever its header says. Raises Unreadable beyond it."""
    data = bytearray()
    with archive.open(entry) as source:
        while chunk := source.read(_CHUNK):
            data += chunk
            if len(data) > limit:
                raise Unreadable("is a zip bomb: it unpacks to more than 200 MB.", "是压缩炸弹：解压后超过 200 MB。")
    return bytes(data)


def _read_docx(content: io.BytesIO) -> Document:
    import docx

    opened = docx.Document(content)
    sections = Sections()
    tables: list[Table] = []
    for element in _body(opened.element.body):
        if element.tag == f"{_W}tbl":
            _take_table(element, sections, tables)
            continue
        text = "".join(_docx_text(element))
        level, is_list = _docx_style(element, opened.styles)
        if level is not None and text.strip():
            sections.heading(level, text)
        else:
            sections.paragraph(f"- {text}" if is_list and text.strip() else text)
    blocks = sections.finish()
    title = clean(opened.core_properties.title or "").strip()
    return Document(title=sections.first_heading or title, blocks=blocks, tables=tables, type="docx")


def _body(element: Any) -> Iterator[Any]:
    """Paragraphs and tables in reading order, those inside content controls and tracked insertions too."""
    for child in element:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _body(child)


def _docx_text(element: Any) -> Iterator[str]:
    """The shown text of a paragraph; python-docx's own leaves out content controls, insertions and text boxes."""
    for child in element:
        if child.tag in (f"{_W}pPr", f"{_W}rPr", f"{_W}del", f"{_W}moveFrom", _FALLBACK):
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        else:
            yield from _docx_text(child)
            if child.tag == f"{_W}p":  # a text box inside the paragraph
                yield "\n"


def _docx_style(element: Any, styles: Any) -> tuple[int | None, bool]:
    """(heading level with the Title as 0, or None; whether it is an item of a list)."""
    properties = element.find(f"{_W}pPr")
    if properties is None:
        return None, False
    outline = properties.find(f"{_W}outlineLvl")
    level = _level_number(outline)
    named = properties.find(f"{_W}pStyle")
    identifier = named.get(f"{_W}val") if named is not None else None
    is_list = properties.find(f"{_W}numPr") is not None
    style = next((one for one in styles if one.style_id == identifier), None) if identifier else None
    for _ in range(10):  # a style may be based on another, and a hostile file on itself
        if style is None or level is not None:
            break
        name = (style.name or "").lower()
        if name == "title":
            return 0, False
        is_list = is_list or name.startswith("list")
        if name.startswith(("heading ", "标题 ")) and name.split()[-1].isdigit():
            level = int(name.split()[-1])
        else:
            level = _level_number(style.element.find(f"{_W}pPr/{_W}outlineLvl"))
        style = getattr(style, "base_style", None)
    return level, is_list and level is None


def _level_number(outline: Any) -> int | None:
    value = outline.get(f"{_W}val", "") if outline is not None else ""
    return int(value) + 1 if value.isdigit() and int(value) < 9 else None


def _take_table(element: Any, sections: Sections, tables: list[Table]) -> None:
    rows = [list(_docx_cells(row)) for row in element.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is element]
    _add_table(rows, sections, tables)


def _docx_cells(row: Any) -> Iterator[str]:
    """The row's cells; a cell that spans columns is followed by empty ones."""
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is not row:
            continue
        yield "\n".join("".join(_docx_text(paragraph)) for paragraph in cell.iter(f"{_W}p"))
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        width = span.get(f"{_W}val", "1") if span is not None else "1"
        yield from [""] * (min(int(width), 100) - 1 if width.isdigit() else 0)


def _add_table(rows: list[list[str]], sections: Sections, tables: list[Table]) -> None:
    """Rows as a Table; a single row or column, which only frames text, as paragraphs."""
    if len(rows) < 2 or max(map(len, rows)) < 2:
        for row in rows:
            sections.paragraph("\n".join(row))
        return
    prefix = f"table {len(tables) + 1}"
    path = sections.path
    above, table = to_table(rows, name=prefix, locator_prefix=prefix, heading=path)
    sections.paragraph(above)
    if table is not None:
        sections.used()
        tables.append(table)


def _read_pptx(content: io.BytesIO) -> Document:
    import pptx

    opened = pptx.Presentation(content)
    blocks: list[Block] = []
    tables: list[Table] = []
    first_title = ""
    for number, slide in enumerate(opened.slides, start=1):
        locator = f"slide {number}"
        title_shape = slide.shapes.title
        title = " ".join(clean(title_shape.text_frame.text).split()) if title_shape is not None else ""
        first_title = first_title or title
        texts: list[str] = []
        for shape in _shapes(slide.shapes):
            if title_shape is not None and shape.shape_id == title_shape.shape_id:
                continue
            if shape.has_text_frame:
                texts.append(clean(shape.text_frame.text))
            elif getattr(shape, "has_table", False) and shape.has_table:
                rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
                above, table = to_table(rows, name=title or locator, locator_prefix=locator, heading=title)
                texts.append(above)
                if table is not None:
                    tables.append(table)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            texts.append(clean(slide.notes_slide.notes_text_frame.text))
        text = "\n\n".join(text for text in texts if text.strip())
        if text or title:
            blocks.append(Block(text or title, title, locator))
    title = first_title or clean(opened.core_properties.title or "").strip()
    return Document(title=title, blocks=blocks, tables=tables, type="pptx")


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _read_xlsx(content: io.BytesIO, name: str) -> Document:
    import python_calamine as calamine

    notes: list[str] = []
    sheets: list[tuple[str, list[list[str]]]] = []
    with calamine.CalamineWorkbook.from_filelike(content) as book:
        for sheet in book.sheets_metadata:
            if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible != calamine.SheetVisibleEnum.Visible:
                notes.append(f"The sheet {clean(sheet.name)} is hidden and was not read.")
                continue
            sheets.append((clean(sheet.name).strip(), _sheet_rows(book.get_sheet_by_name(sheet.name))))
    document = from_sheets(sheets, name=name, type_="xlsx")
    return Document(title="", blocks=document.blocks, tables=document.tables, type="xlsx", notes=tuple(notes))


def _sheet_rows(sheet: Any) -> list[list[str]]:
    """The sheet's cells from A1; a cell merged over several rows holds in each of them."""
    rows = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]
    return rows
