"""Rows of a csv, xlsx or jsonl whose columns describe places, activities or gifts, as items to compute with."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from knowledge import item_values as values
from knowledge.item_category import category_of, surely_indoor
from knowledge.item_columns import Column, currency_of, is_chinese, read_columns
from rag.catalogue import canonical_city
from rag.hours import parse_hours
from rag.money import ParsedMoney
from rag.schema import Item, ItemKind, PricePoint

Value = TypeVar("Value")
_PRICES = ("price_low", "price_high", "price_per_person", "ticket", "price")
_STAYS = ("duration", "minutes_low", "minutes_high")
_TEXTS = ("area", "address")
_VENUE_HEADERS = (
    "店名",
    "景点",
    "景点名称",
    "餐厅",
    "餐厅名称",
    "店铺",
    "商家",
    "venue",
    "restaurant",
    "attraction",
    "poi",
)
_NONE: tuple[str, ...] = ()
_MOST_PROBLEMS = 20
"""Lines for one column; a column that is wrong everywhere is said once, not a thousand times."""


class TableLike(Protocol):
    """A header and rows of equal or shorter length; `first_row` is the spreadsheet number of rows[0]."""

    @property
    def header(self) -> list[str]: ...
    @property
    def rows(self) -> list[list[str]]: ...
    @property
    def first_row(self) -> int: ...


@dataclasses.dataclass
class ItemTable:
    """What a table says: `mapping` is column header → field, `items` are (index into rows, Item)."""

    kind: ItemKind
    mapping: dict[str, str]
    items: list[tuple[int, Item]] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)


def read_items(table: TableLike, *, path: str) -> ItemTable | None:
    """The items of `table`, or None when its columns match no known kind.

    `path` is relative to the knowledge folder; below gifts/ a table with prices is of gifts. What cannot be used (a
    negative price, a row without a name, the second of two equal rows) is an English line in `problems` that names
    row, column and value; the rest of the row is kept.
    """
    columns = read_columns(table.header)
    kind = _kind(columns, path)
    if kind is None:
        return None
    found = ItemTable(kind, {column.header: column.field for column in columns})
    reader = _TableReader(table, columns, found)
    reader.read()
    return found


def _kind(columns: Sequence[Column], path: str) -> ItemKind | None:
    fields = {column.field: column for column in columns}
    priced = bool(fields.keys() & set(_PRICES))
    if "name" not in fields:
        return None
    if "gifts" in path.split("/")[:-1] and (priced or "occasions" in fields):
        return "gift"
    if "city" in fields or "address" in fields:
        detail = fields.keys() & {*_PRICES, *_STAYS, "hours", "rating", "category", "tags", "indoor", "dishes"}
        named_venue = fields["name"].header.strip().lower() in _VENUE_HEADERS
        return "place" if detail or named_venue else None
    if "occasions" in fields or fields["name"].header.strip().lower() in ("礼物", "礼物名称", "gift"):
        return "gift"
    return "activity" if priced or fields.keys() & set(_STAYS) else None


class _TableReader:
    """Reads one table into `found`."""

    def __init__(self, table: TableLike, columns: Sequence[Column], found: ItemTable) -> None:
        self.table = table
        self.columns = {column.field: column for column in reversed(columns)}
        points = [column for column in columns if column.is_price_point]
        self.points = points if len(points) > 1 or any(column.tier for column in points) else []
        self.many = {name: [c for c in columns if c.field == name] for name in ("tags", "description")}
        self.unknown = [at for at in range(len(table.header)) if at not in {column.at for column in columns}]
        self.found = found
        self.chinese = any(is_chinese(column.header) for column in columns)
        self.problem_counts: dict[str, int] = {}

    def read(self) -> None:
        seen: dict[tuple[str, ...], int] = {}
        for index, cells in enumerate(self.table.rows):
            row = tuple(cell.strip() for cell in cells)
            number = self.table.first_row + index
            if not any(row):
                continue
            if row in seen:
                self.problem("", f"Row {number} is the same as row {seen[row]}; it is kept once.")
                continue
            seen[row] = number
            item = _RowReader(self, row, number).item()
            if item is not None:
                self.found.items.append((index, item))
        for column, count in self.problem_counts.items():
            if count > _MOST_PROBLEMS:
                where = f" in column {column}" if column else ""
                self.found.problems.append(f"{count - _MOST_PROBLEMS} more rows have such a problem{where}.")

    def problem(self, column: str, sentence: str) -> None:
        count = self.problem_counts[column] = self.problem_counts.get(column, 0) + 1
        if count <= _MOST_PROBLEMS:
            self.found.problems.append(sentence)


class _RowReader:
    """Reads one row; what is not understood goes to `extra` as text and to the problems."""

    def __init__(self, table: _TableReader, row: tuple[str, ...], number: int) -> None:
        self.table = table
        self.row = row
        self.number = number
        self.extra = {
            table.table.header[at] or f"column {at + 1}": self.cell(at) for at in table.unknown if self.cell(at)
        }

    def item(self) -> Item | None:
        """The row's item, None when it has no name."""
        name = " ".join(self.text("name").split())
        if not name:
            self.table.problem("", f"Row {self.number} has no name; it is left out.")
            return None
        kind = self.table.found.kind
        category = category_of(self.text("category"), name) if kind != "gift" else ""
        if self.text("category") and (not category or kind == "gift"):
            self.keep("category")
        as_of = self.read("as_of", values.as_of, None)
        fields: dict[str, Any] = {
            "city": _city(self.text("city")),
            **{field: self.text(field) or None for field in _TEXTS},
            **self.prices(),
            **self.stay(),
            **self.hours(as_of),
            **{one: self.read(one, _choice(one), None) for one in ("weather", "energy", "conversation_fit", "alcohol")},
            **{many: self.read(many, _choices(many), _NONE) for many in ("stages", "time_of_day", "seasons")},
            "weekdays": self.read("weekdays", values.weekdays, tuple[int, ...]()),
        }
        return Item(
            kind=kind,
            name=name,
            description=self.description(),
            category=category,
            tags=tuple(dict.fromkeys(tag for text in self.tag_cells() for tag in values.words(text))),
            occasions=values.words(self.text("occasions")),
            indoor=self.indoor(category),
            rating=self.read("rating", values.rating, None),
            booking_days=self.read("booking_days", values.whole_days, None),
            as_of=as_of,
            extra=self.extra,
            **fields,
        )

    def cell(self, index: int) -> str:
        return self.row[index] if index < len(self.row) else ""

    def text(self, field: str) -> str:
        column = self.table.columns.get(field)
        return self.cell(column.at) if column else ""

    def read(self, field: str, understand: Callable[[str], Value], otherwise: Value) -> Value:
        """What `understand` makes of the cell, `otherwise` when it does not."""
        try:
            return understand(self.text(field))
        except values.NotUnderstood:
            self.refuse(field)
            return otherwise

    def refuse(self, field: str) -> None:
        """Keeps the cell as text and says so."""
        self.refuse_column(self.table.columns[field], field)

    def refuse_column(self, column: Column, field: str) -> None:
        header, value = self.keep_column(column)
        shown = value if len(value) <= 60 else value[:59] + "…"
        self.table.problem(
            header,
            f"Row {self.number}, column {header}: “{shown}” is not understood as {_NAMES[field]}; it is left out.",
        )

    def keep(self, field: str) -> tuple[str, str]:
        return self.keep_column(self.table.columns[field])

    def keep_column(self, column: Column) -> tuple[str, str]:
        self.extra[column.header] = self.cell(column.at)
        return column.header, self.cell(column.at)

    def prices(self) -> dict[str, Any]:
        """price_low, price_high, currency, per_person and prices."""
        own = currency_of(self.text("currency"))
        filled = [field for field in _PRICES if self.text(field)]
        used = [field for field in filled if field in _PRICES[:2]] or filled[:1]
        if values.plain(self.text("currency")) and own is None:
            self.refuse("currency")
            used = []  # an amount of an unknown currency is no price
        parsed = {field: self.price(field, own) for field in used}
        for field in filled:
            if field not in used:
                self.keep(field)
        known = [money for money in parsed.values() if money is not None]
        low, high = self.ends(
            [money.low for field, money in parsed.items() if money and field != "price_high"],
            [money.high for field, money in parsed.items() if money and field != "price_low"],
        )
        headers = [self.table.columns[field] for field in used]
        said = [column.currency for column in headers if column.currency]
        signs = [money.currency for money in known if money.currency]
        together = any(money.per_person is False for money in known) or any(column.together for column in headers)
        currency = own or next(iter([*signs, *said, *(["CNY"] if self.table.chinese else [])]), None)
        points = tuple(self.price_points(own))
        if points:
            dearest = max((one for one in points if one.currency == points[0].currency), key=lambda one: one.high)
            low, high, currency, together = dearest.low, dearest.high, dearest.currency, not dearest.per_person
        return {
            "price_low": low,
            "price_high": high,
            "currency": currency,
            "per_person": self.table.found.kind != "gift" and not together,
            "prices": points,
        }

    def price_points(self, currency: str | None) -> Iterator[PricePoint]:
        """The prices of a row that has several; those of tiers are yuan unless the row says otherwise."""
        for column in self.table.points:
            stated = column.currency or currency or "CNY"
            try:
                found = values.price(self.cell(column.at), currency=stated)
            except values.NotUnderstood:
                self.refuse_column(column, "price")
                continue
            if found is not None:
                each = self.table.found.kind != "gift" and not column.together and found.per_person is not False
                yield PricePoint(low=found.low, high=found.high, currency=stated, tier=column.tier, per_person=each)

    def price(self, field: str, currency: str | None) -> ParsedMoney | None:
        stated = currency or self.table.columns[field].currency
        return self.read(field, lambda cell: values.price(cell, currency=stated), None)

    def ends(self, lows: list[Decimal], highs: list[Decimal]) -> tuple[Decimal | None, Decimal | None]:
        try:
            return values.ends(next(iter(lows), None), next(iter(highs), None))
        except values.NotUnderstood:
            self.refuse("price_low")
            self.keep("price_high")
            return None, None

    def stay(self) -> dict[str, int | None]:
        """minutes_low and minutes_high."""
        low: tuple[int, int | None] | None = None
        high: tuple[int, int | None] | None = None
        for field in _STAYS:
            column = self.table.columns.get(field)
            if column is None:
                continue
            unit = column.minutes if field == "duration" else column.minutes or 1
            found = self.read(field, lambda cell, unit=unit: values.minutes(cell, unit=unit), None)  # type: ignore[misc]
            if field != "minutes_high":
                low = low or found
            if field != "minutes_low":
                high = high or found
        shortest, longest = low[0] if low else None, high[1] if high else None
        if shortest is not None and longest is not None and shortest > longest:
            self.refuse("minutes_low")
            return {"minutes_low": None, "minutes_high": None}
        return {"minutes_low": shortest, "minutes_high": longest}

    def hours(self, as_of: str | None) -> dict[str, Any]:
        """hours and hours_text; hours that are not understood stay as text."""
        text = values.plain(self.text("hours")) and self.text("hours")
        hours = parse_hours(text, default_year=int(as_of[:4]) if as_of else None) if text else None
        if text and hours is None:
            header = self.table.columns["hours"].header
            sentence = f"Row {self.number}, column {header}: “{text[:60]}” is not surely understood as opening hours."
            self.table.problem(header, f"{sentence[:-1]}; it is shown as text only.")
        return {"hours": hours, "hours_text": text or None}

    def indoor(self, category: str) -> bool | None:
        if values.plain(self.text("indoor")):
            return self.read("indoor", values.indoor, None)
        return surely_indoor(category) if self.table.found.kind == "place" else None

    def description(self) -> str:
        texts = [text for column in self.table.many["description"] if values.plain(text := self.cell(column.at))]
        return "\n".join(texts) or (self.dishes() if values.plain(self.text("dishes")) else "")

    def dishes(self) -> str:
        column = self.table.columns["dishes"]
        return (
            f"{column.header}：{self.text('dishes')}"
            if is_chinese(column.header)
            else f"{column.header}: {self.text('dishes')}"
        )

    def tag_cells(self) -> list[str]:
        return [*(self.cell(column.at) for column in self.table.many["tags"]), self.text("dishes")]


def _city(cell: str) -> str | None:
    """The city in a cell, without a 市 or "City" that is not part of its name: 北京市 → 北京, but Kansas City."""
    name = " ".join(unicodedata.normalize("NFKC", cell).split()) if values.plain(cell) else ""
    for short in (name.removesuffix("市"), re.sub(r" city$", "", name, flags=re.IGNORECASE)):
        if 1 < len(short) < len(name) and canonical_city(short) == canonical_city(name):
            return short
    return name or None


def _choice(field: str) -> Callable[[str], str | None]:
    return lambda cell: values.choice(field, cell)


def _choices(field: str) -> Callable[[str], tuple[str, ...]]:
    return lambda cell: values.choices(field, cell)


_NAMES = {
    **dict.fromkeys(_PRICES, "a price"), **dict.fromkeys(_STAYS, "a length of stay"), "currency": "a currency",
    "as_of": "a date", "rating": "a rating", "indoor": "indoors or outdoors", "booking_days": "days ahead",
    "weather": "any, dry or mild", "energy": "low, medium or high", "conversation_fit": "low, medium or high",
    "alcohol": "no, optional or yes", "stages": "stages of a relationship", "time_of_day": "times of day",
    "weekdays": "days of the week", "seasons": "seasons",
}  # fmt: skip
