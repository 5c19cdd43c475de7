"""YAML without aliases: a short file of nested aliases can stand for gigabytes."""

from __future__ import annotations

from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]  # types-pyyaml may be there or not


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc, unused-ignore]
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)


def parse_yaml(text: str) -> Any:
    """The value of YAML text. Raises ValueError, with the place, when it is not valid or has aliases."""
    try:
        return yaml.load(text, Loader=_PlainLoader)  # a SafeLoader
    except (yaml.YAMLError, RecursionError, OverflowError) as error:
        raise ValueError(" ".join(str(error).split())[:300]) from error
