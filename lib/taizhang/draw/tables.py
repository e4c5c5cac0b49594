"""A draw for display in a notebook and for publication."""

from taizhang.core.display import Block, Cell, Column, Prose, Run, Table
from taizhang.draw.rules import ANY, Draw, repeat_draw
from taizhang.metadata.formats import format_date, format_number
from taizhang.metadata.words import label


def describe_draw(draw: Draw, lang: str = "zh") -> Prose:
    """Say the seed, the hash, how many were drawn, and which teams are incomplete."""
    given = draw.given
    texts = [
        label("draw.lead", lang, entities=format_number(len(given.entities)),
              inspectors=format_number(len(given.inspectors)), visits=format_number(len(draw.visits))),
        label("draw.published", lang, seed=draw.seed, hash=draw.list_sha256),
        label("draw.rules", lang, avoid=len(given.avoid), visited=len(given.visited), team=given.team),
    ]  # fmt: skip
    texts.insert(1, describe_commitment(draw, lang))
    if draw.unfilled:
        texts.append(label("draw.unfilled", lang, n=len(draw.unfilled)))
    return Prose(tuple(Block((Run(text),)) for text in texts))


def check_draw(draw: Draw, lang: str = "zh") -> Prose:
    """Repeat a draw from the same seed and lists, and say what differs, or that nothing does."""
    faults = [fault.word(lang) for fault in repeat_draw(draw)]
    texts = faults or [label("draw.repeated", lang, n=len(draw.visits))]
    return Prose(tuple(Block((Run(text),), "li" if faults else "p") for text in texts))


def describe_commitment(draw: Draw, lang: str = "zh") -> str:
    """Say whether lists and rules were fixed before the seed existed, and how this is known."""
    fixed = draw.commitment
    if fixed is None:
        return label("draw.uncommitted", lang)
    told = {
        "day": format_date(fixed.made_on, lang),
        "seed_day": format_date(fixed.seed.on, lang),
        "source": fixed.seed.source,
        "hash": fixed.sha256,
    }
    words = label("draw.committed" if fixed.came_first else "draw.committed_late", lang, **told)
    return words if fixed.seed.form else words + label("draw.no_form", lang)


def tabulate_draw(draw: Draw, lang: str = "zh") -> Table:
    """Tabulate the visits in the order drawn, with inspectors by number."""
    rows = []
    for place, visit in enumerate(draw.visits, 1):
        team = ("、" if lang == "zh" else ", ").join(visit.inspectors) or "—"
        texts = (visit.entity, draw.given.names.get(visit.entity, "—"), visit.stratum, team)
        rows.append((Cell(str(place), float(place)), *map(Cell, texts)))
    heads = ("order", "entity", "name", "stratum", "inspectors")
    return Table(
        id="draw",
        title=draw.given.title or label("table.draw.title", lang),
        columns=tuple(Column(label(f"column.draw.{name}", lang)) for name in heads),
        rows=tuple(rows),
        notes=(
            label("table.draw.note", lang, seed=draw.seed, hash=draw.list_sha256),
            describe_commitment(draw, lang),
        ),
    )


def tabulate_strata(draw: Draw, lang: str = "zh") -> Table:
    """Tabulate the size of each stratum, how many were visited before, and how many are drawn."""
    given, rows = draw.given, []
    for stratum in sorted(set(given.entities.values())):
        members = [number for number, of in given.entities.items() if of == stratum]
        visited = sum(number in given.visited for number in members)
        drawn = sum(visit.stratum == stratum for visit in draw.visits)
        share = given.shares.get(stratum, given.shares.get(ANY, 0.0))
        numbers = (Cell(format_number(number), float(number)) for number in (len(members), visited, drawn))
        rows.append((Cell(stratum), Cell(f"{format_number(100 * share, 1)}%", 100 * share), *numbers))
    first, *others = (
        label(f"column.draw.{name}", lang) for name in ("stratum", "share", "listed", "visited", "drawn")
    )
    columns = (Column(first), *(Column(head, "", "right") for head in others))
    return Table("draw-strata", label("table.draw_strata.title", lang), columns, tuple(rows))
