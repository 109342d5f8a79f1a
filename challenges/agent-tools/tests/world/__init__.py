"""Shops, customers and cases, made fresh from a seed."""

from __future__ import annotations

from .cases import EVIL, Writer, wording
from .sample import sample
from .shop import PERSONS_TOOLS, Shop, shop_for

__all__ = ["EVIL", "PERSONS_TOOLS", "Shop", "Writer", "sample", "shop_for", "wording"]
