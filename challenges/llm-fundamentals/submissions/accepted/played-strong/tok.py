"""The tokenizer, whole and in a stream."""

from __future__ import annotations


class Table:
    def __init__(self, vocab, tie="longest-first-rightmost", digits="right", caps=2, escape=True):
        self.vocab, self.tie, self.digits, self.caps, self.escape = vocab, tie, digits, caps, escape
        self.ids = {}
        for at, token in enumerate(vocab["tokens"]):
            self.ids.setdefault(token, at)
        self.ranks = {}
        for place, (left, right, rank) in enumerate(vocab["merges"]):
            if (left, right) not in self.ranks or rank < self.ranks[left, right][0]:
                self.ranks[left, right] = (rank, place)
        self.special = sorted(vocab["special"], key=len, reverse=True)
        self.by_end = {}
        for left, right in self.ranks:
            self.by_end.setdefault(left[-1], []).append((left, right))

    def crossed(self, text, at, begin):
        """Whether a merge may ever join what ends at `at` with what begins there, whatever follows `text`."""
        after = text[at:]
        return any(
            len(left) <= at - begin and text.endswith(left, begin, at) and (after.startswith(right) or right.startswith(after))
            for left, right in self.by_end.get(text[at - 1], ())
        )

    def safe(self, text):
        """How much of a piece that may go on is settled."""
        begin = 0
        for at in range(1, len(text)):
            if not self.crossed(text, at, begin):
                begin = at
        return begin

    def merge(self, piece):
        symbols = list(piece)
        while True:
            best = None
            for at in range(len(symbols) - 1):
                found = self.ranks.get((symbols[at], symbols[at + 1]))
                if found is None:
                    continue
                rank, place = found
                long = -len(symbols[at]) - len(symbols[at + 1])
                key = {"longest-first-rightmost": (rank, long, place, -at), "longest-first-leftmost": (rank, long, place, at), "longest-rightmost": (rank, long, -at),
                       "longest-leftmost": (rank, long, at), "first-longest-rightmost": (rank, place, long, -at), "first-rightmost": (rank, place, -at), "first-leftmost": (rank, place, at), "rightmost": (rank, -at), "leftmost": (rank, at)}[self.tie]
                if best is None or key < best[0]:
                    best = (key, at)
            if best is None:
                return symbols
            at = best[1]
            symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]

    def numbers(self, part):
        out = []
        for symbol in self.merge(part):
            if symbol in self.ids:
                out.append(self.ids[symbol])
            else:
                out += [self.vocab["byte0"] + byte for byte in symbol.encode("utf-8", "surrogatepass")]
        return out

    def piece(self, piece):
        """Ids of one whole piece."""
        space, body = (" ", piece[1:]) if len(piece) > 1 and piece[0] == " " else ("", piece)
        if isdigit(body[:1]):
            if self.digits == "right":
                head = len(body) % 3
                cuts = ([body[:head]] if head else []) + [body[at : at + 3] for at in range(head, len(body), 3)]
            else:
                cuts = [body[at : at + 3] for at in range(0, len(body), 3)]
            cuts[0] = space + cuts[0]
            return [each for cut in cuts for each in self.numbers(cut)]
        if len(body) >= self.caps and all(map(isupper, body)):
            return [self.vocab["caps"], *self.numbers(space + body.lower())]
        return self.numbers(piece)


def isletter(char):
    return char.isalpha()


def isdigit(char):
    return char.isdigit()


def isupper(char):
    return char.isalpha() and char.isupper()


def kind(char):
    return "a" if isletter(char) else "0" if isdigit(char) else ""


def pieces(text):
    out, at = [], 0
    while at < len(text):
        end = at + (text[at] == " " and at + 1 < len(text) and kind(text[at + 1]) != "")
        of = kind(text[end])
        end += 1
        while of and end < len(text) and kind(text[end]) == of:
            end += 1
        out.append(text[at:end])
        at = end
    return out


def encode_whole(table, text):
    out, plain, at = [], "", 0
    while at < len(text):
        found = next((name for name in table.special if text.startswith(name, at)), None)
        if found is None:
            plain, at = plain + text[at], at + 1
            continue
        at += len(found)
        if table.escape and plain.endswith("\\"):
            plain = plain[:-1] + found
            continue
        out += [each for piece in pieces(plain) for each in table.piece(piece)] + [table.vocab["special"][found]]
        plain = ""
    return out + [each for piece in pieces(plain) for each in table.piece(piece)]


class Stream:
    """`raw` is text whose special tokens are not cut out yet, `plain` is text after that whose pieces are not closed yet."""

    def __init__(self, vocab, table=None):
        self.table = table or Table(vocab)
        self.raw, self.plain = "", ""
        self.given = 0  # how many ids of an open run of digits were given out
        self.told = False  # whether ids of the open piece were given out: it is no word in capitals then

    def feed(self, text):
        self.raw += text
        return self._go(False)

    def end(self):
        return self._go(True)

    def _go(self, last):
        out, t = [], self.table
        while self.raw:
            begin = 1 if t.escape and self.raw[0] == "\\" else 0
            rest = self.raw[begin:]
            open_ = not last and any(len(s) > len(rest) and s.startswith(rest) for s in t.special)
            if open_ or (begin and not rest and not last):
                break  # a special token, or a longer one, may still come of it
            found = next((s for s in t.special if rest.startswith(s)), None)
            if found is None:
                self.plain, self.raw = self.plain + self.raw[0], self.raw[1:]
            elif begin:
                self.plain, self.raw = self.plain + found, rest[len(found) :]
            else:
                out += self._pieces(True) + [t.vocab["special"][found]]
                self.raw = rest[len(found) :]
        return out + self._pieces(last, self._next())

    def _next(self):
        """Characters of which the next character of plain text may be, or None: any."""
        if not self.raw:
            return None
        return self.raw[0]

    def _pieces(self, closed, ahead=None):
        """Ids of the pieces that are closed, and of the beginning of the open one that nothing can change."""
        t, out = self.table, []
        parts = pieces(self.plain)
        while parts and (closed or len(parts) > 1):
            out += self._piece(parts.pop(0))
        if parts and not closed:
            part = parts[0]
            body = part[1:] if len(part) > 1 and part[0] == " " else part
            of = kind(body[0])
            # what is held in raw begins with no letter, digit (or is dropped before one that is no letter): the piece is closed
            shut = ahead is not None and not kind(ahead) and not (ahead == "\\" and self._odd())
            if (not of and part != " ") or (shut and (of or part == " ")):
                return self._done(out, part)
            if of == "a":
                keep = self._open_word(part, body)
                if keep:
                    self.told = True
                    out += t.numbers(part[:keep])
                    part = part[keep:]
            elif of == "0":
                sure = self._open_number(part, body)
                out += sure[self.given :]
                self.given = max(self.given, len(sure))
            self.plain = part
        else:
            self.plain = ""
        return out

    def _odd(self):
        """Whether a special token begins with a letter or digit, so that one behind a backslash would go on with the piece."""
        return any(kind(s[0]) for s in self.table.special)

    def _done(self, out, part):
        self.plain = ""
        return out + self._piece(part)

    def _piece(self, part):
        told, self.told = self.told, False
        given, self.given = self.given, 0
        return (self.table.numbers(part) if told else self.table.piece(part))[given:]

    def _open_word(self, part, body):
        """How much of an open word no later letter can change."""
        if not self.told and all(map(isupper, body)):
            return 0
        return self.table.safe(part)

    def _open_number(self, part, body):
        """Ids of an open run of digits that are the same however long it gets: it is split from the right, so three ways are open."""
        t, space = self.table, part[: len(part) - len(body)]
        ways = []
        for head in range(3):
            cuts = ([body[:head]] if head else []) + [body[at : at + 3] for at in range(head, len(body), 3)]
            cuts[0] = space + cuts[0]
            full = len(body) >= head if len(cuts) == 1 and head else (len(body) - head) % 3 == 0
            ids = [each for cut in cuts[:-1] for each in t.numbers(cut)]
            ids += t.numbers(cuts[-1]) if full else t.numbers(cuts[-1][: t.safe(cuts[-1])])
            ways.append(ids)
        same = 0
        while all(len(way) > same for way in ways) and len({way[same] for way in ways}) == 1:
            same += 1
        return ways[0][:same]
