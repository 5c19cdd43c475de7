"""Makers of test documents: ordinary ones of every format, and every kind of bad one."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

ZH_SENTENCES = (
    "第一次见面选一家安静的咖啡馆，坐下来先聊今天遇到的小事。",
    "她说喜欢猫，你可以提前查好猫咖的营业时间和人均价格。",
    "吵架以后先承认自己的那一部分，再问她当时最难受的是什么？",
    "纪念日不必贵重，一封手写的信往往比一束花更让人记得！",
    "下雨天就把公园换成书店，路上给她撑伞，不要催她走快。",
    "预算只有三百元时，先把吃饭的钱留出来，再看门票和车费。",
)
EN_SENTENCES = (
    "Pick a quiet café for the first meeting and begin with something small that happened today.",
    "She likes cats, so look up the opening hours and the price per person before you go.",
    "After a quarrel, own your part first and then ask what hurt her most.",
    "An anniversary need not be expensive; a letter by hand is remembered longer than flowers.",
    "When it rains, trade the park for a bookshop and do not hurry anyone along.",
)
PLACES_HEADER = ["名称", "类型", "城市", "人均消费", "营业时间"]
PLACES = [
    ["云上书店", "书店", "杭州", "38", "周一至周日 10:00-22:00"],
    ["阿黄猫咖", "咖啡馆", "杭州", "58.5", "周二至周日 11:00-21:00"],
    ["江边面馆", "餐馆", "杭州", "32", ""],
]


def paragraphs(count: int, *, lang: str = "zh", seed: int = 0, sentences: int = 6) -> list[str]:
    """`count` paragraphs of `sentences` sentences, each numbered so that it differs from all the others."""
    choice = random.Random(seed)
    pool, border = (ZH_SENTENCES, "") if lang == "zh" else (EN_SENTENCES, " ")
    mark = "第{}段：" if lang == "zh" else "Part {}: "
    return [mark.format(n + 1) + border.join(choice.choice(pool) for _ in range(sentences)) for n in range(count)]


def pdf(path: Path, texts: list[str], *, lang: str = "zh", password: str | None = None, title: str = "") -> Path:
    """A PDF of `texts` as paragraphs, set in a CID font for Chinese; `password` is needed to open it."""
    font = "STSong-Light" if lang == "zh" else "Helvetica"
    if lang == "zh":
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    style = ParagraphStyle(
        "body", fontName=font, fontSize=11, leading=16, spaceAfter=8, wordWrap="CJK" if lang == "zh" else None
    )
    lock = StandardEncryption(password, ownerPassword="owner") if password else None
    made = SimpleDocTemplate(str(path), pagesize=A4, title=title, encrypt=lock)
    made.build([Paragraph(text, style) for text in texts], onFirstPage=_page_number, onLaterPages=_page_number)
    return path


def _page_number(canvas: Any, made: Any) -> None:
    canvas.drawCentredString(A4[0] / 2, 30, f"- {made.page} -")


def pdf_with_header(path: Path, pages: list[str], *, header: str) -> Path:
    """A PDF with `header` at the top of each page and a text of its own below it."""
    canvas = Canvas(str(path), pagesize=A4)
    for page in pages:
        canvas.drawString(60, 800, header)
        for at, line in enumerate(simpleSplit(page, "Helvetica", 11, 460)):
            canvas.setFont("Helvetica", 11)
            canvas.drawString(60, 760 - 15 * at, line)
        canvas.showPage()
    canvas.save()
    return path


def scanned_pdf(path: Path) -> Path:
    """A PDF with a drawing and no text."""
    canvas = Canvas(str(path))
    canvas.rect(50, 50, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()
    return path


def docx_file(
    path: Path, sections: dict[str, list[str]], *, title: str = "", rows: list[list[str]] | None = None
) -> Path:
    """A docx with a heading and paragraphs per section, and `rows` as a table at its end."""
    made = docx.Document()
    made.core_properties.title = title
    for heading, texts in sections.items():
        if heading:
            made.add_heading(heading, level=1)
        for text in texts:
            made.add_paragraph(text)
    if rows:
        table = made.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    made.save(str(path))
    return path


def docx_with_hidden_corners(path: Path) -> Path:
    """A docx with text in a content control, a tracked insertion and a hyperlink, and a tracked deletion."""
    made = docx.Document()
    made.add_heading("角落", level=1)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = made.element.body
    for xml in (
        f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>控件里的字</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        f"<w:p {space}><w:ins><w:r><w:t>新增的字</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>删去的字</w:delText></w:r></w:del></w:p>",
        f"<w:p {space}><w:hyperlink><w:r><w:t>链接的字</w:t></w:r></w:hyperlink></w:p>",
    ):
        body.insert(len(body) - 1, parse_xml(xml))
    made.save(str(path))
    return path


def pptx_file(path: Path, slides: list[tuple[str, str, str]], *, rows: list[list[str]] | None = None) -> Path:
    """A pptx with (title, body, notes) per slide; `rows` as a table on the last one."""
    made = pptx.Presentation()
    for title, body, notes in slides:
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    if rows:
        table = slide.shapes.add_table(len(rows), len(rows[0]), 0, 0, 5_000_000, 1_000_000).table
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                table.cell(at, column).text = text
    made.save(str(path))
    return path


def xlsx_file(
    path: Path, sheets: dict[str, list[list[object]]], *, merged: str | None = None, hidden: str | None = None
) -> Path:
    """An xlsx with `sheets`; `merged` is a range such as A2:A3 merged in the first, `hidden` a sheet's name."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if merged:
        made.worksheets[0].merge_cells(merged)
    if hidden:
        made[hidden].sheet_state = "hidden"
    made.save(path)
    return path


def html_page(texts: list[str], *, title: str = "约会手册") -> str:
    """A page with navigation, a script, a hidden line and a footer around `texts` and a table of PLACES."""
    body = "\n".join(f"<p>{text}" for text in texts)  # never closed, as on many real pages
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [PLACES_HEADER, *PLACES])
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title><style>p {{color: red}}</style></head><body>"
        f"<nav>首页 登录</nav><h1>{title}</h1>{body}<script>alert('不该出现')</script>"
        f"<div style='display: none'>藏起来的话</div><h2>地点</h2><table>{rows}</table>"
        "<footer>版权所有</footer></body></html>"
    )


def zip_bomb(path: Path) -> Path:
    """A docx whose document unpacks to a thousand times its size."""
    return _zip(path, {"word/document.xml": b"0" * (30 * 1024 * 1024)})


def lying_zip(path: Path) -> Path:
    """A docx whose directory says that its 30 MB document has 1,000 bytes."""
    size = 30 * 1024 * 1024
    _zip(path, {"word/document.xml": b"0" * size})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    return path


def other_zip(path: Path) -> Path:
    """A zip file that is no Office file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
    return path


def billion_laughs(path: Path) -> Path:
    """A docx whose document defines entities that would grow to gigabytes, and one that names a local file."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>before &l9; &f; after</w:t></w:r></w:p></w:body></w:document>"
    )
    made = io.BytesIO()
    docx.Document().save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, xml if name == "word/document.xml" else source.read(name))
    return path


def ole(path: Path, *, encrypted: bool) -> Path:
    """The first sectors of an OLE file: an old Word file, or the wrapping of an encrypted one."""
    stream = "EncryptedPackage" if encrypted else "WordDocument"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + stream.encode("utf-16-le") + bytes(512))
    return path


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{word}"/></Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
