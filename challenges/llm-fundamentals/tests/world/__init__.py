"""What runs today, in seven parts, and what is drawn for each submission. Recordings, not the documents, say what is right."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
