"""An interview loop: matrix (rounds by competencies), check (what is missing in it), views (its page), kits (how live
rounds are held), stages (who decides by what), post (a job post against it), candidate (what rounds come to)."""
