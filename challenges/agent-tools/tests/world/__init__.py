"""Shops, customers and cases, made fresh from a seed."""

# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from .cases import EVIL, Writer, wording
from .sample import sample
from .shop import PERSONS_TOOLS, Shop, shop_for
from .twins import Twin

__all__ = ["EVIL", "PERSONS_TOOLS", "Shop", "Twin", "Writer", "sample", "shop_for", "wording"]
