"""Small helps for the candidate."""
