"""The kit that every page is made of: words for values, templates that escape, source and documents as HTML."""
