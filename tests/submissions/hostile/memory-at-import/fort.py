"""Takes memory without end when it is imported: there is no honest part."""


HELD = []
while True:
    HELD.append(b"x" * (1 << 22))
