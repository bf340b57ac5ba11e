"""All property tests run under the profile of the house, whichever of them are collected."""

from __future__ import annotations

import tests.strategies  # noqa: F401
