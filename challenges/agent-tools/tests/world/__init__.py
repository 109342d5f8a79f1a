"""Shops, customers and cases, made fresh from a seed."""

# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from .cases import EVIL, Writer, wording
from .live import CHANGED, Live, dated, live_shop
from .log import written
from .sample import fresh, sample
from .shop import PERSONS_TOOLS, Shop, shop_for
from .twins import Twin

__all__ = [
    "CHANGED", "EVIL", "PERSONS_TOOLS", "Live", "Shop", "Twin", "Writer", "dated", "fresh", "live_shop", "sample", "shop_for",
    "wording", "written",
]  # fmt: skip
