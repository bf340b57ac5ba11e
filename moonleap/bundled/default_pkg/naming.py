"""Filters for names: `{{ res.name | kebab_to_pascal }}`."""

from __future__ import annotations

from types import MappingProxyType

from moonleap import names

filters = MappingProxyType(
    {
        "camel_to_kebab": names.camel_to_kebab,
        "camel_to_snake": names.camel_to_snake,
        "kebab_to_camel": names.kebab_to_camel,
        "kebab_to_pascal": names.kebab_to_pascal,
        "kebab_to_snake": names.kebab_to_snake,
        "lower_first": names.lower_first,
        "plural": names.plural,
        "singular": names.singular,
        "snake_to_camel": names.snake_to_camel,
        "snake_to_kebab": names.snake_to_kebab,
        "upper_first": names.upper_first,
    }
)
