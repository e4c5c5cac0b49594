"""A report's annex: the last part on paper, folded sections in HTML."""

from collections.abc import Sequence
from itertools import chain

from taizhang.report.notebook import (
    FigureBlock,
    HeadingBlock,
    KeyFiguresBlock,
    PointerBlock,
    ReportBlock,
    TableBlock,
    is_annexed,
    name_shown,
)
from taizhang.report.numbering import write_number
from taizhang.report.pages import page_words

# The heading that opens the annex; those below it are annex-1 and so on.
ANCHOR = "annex"


def put_annex_last(blocks: Sequence[ReportBlock], lang: str) -> list[ReportBlock]:
    """Arrange a report's blocks for paper: the annex last, under the headings of the original sections.

    At their original place, a line names them. Its cards appear only on a page.
    """
    main: list[ReportBlock] = []
    annex: list[ReportBlock] = []
    text, number, head = page_words(lang)["page.annex_words"], 0, None
    for heading, inside in _part_sections(blocks):
        if heading and heading.level == 2:
            text, head = heading.text, None
        # Cards lead to rows, and their numbers stand in the annex's tables.
        moved = [block for block in inside if is_annexed(block) and not isinstance(block, KeyFiguresBlock)]
        kept = [block for block in inside if not is_annexed(block)]
        main += [*([heading] if heading else []), *kept]
        if not moved:
            continue
        if head is None:
            number += 1
            head = HeadingBlock(
                3, text, write_number(3, number, ["A", str(number)], lang), f"{ANCHOR}-{number}"
            )
            annex.append(head)
        # Words need no line to lead to them, but where it is all that a heading has.
        if not kept or any(isinstance(block, FigureBlock | TableBlock) for block in moved):
            main.append(_point(head, moved, lang))
        annex += moved
    if not annex:
        return main
    return [*_fold_links(main), HeadingBlock(2, page_words(lang)["page.annex"], "", ANCHOR), *annex]


def put_figures_after(blocks: Sequence[ReportBlock]) -> list[ReportBlock]:
    """Parts of the annex that open with figures open with their first table or words instead.

    Their figures can then stand at the feet of pages, in order and none before its heading.
    """
    arranged: list[ReportBlock] = []
    for heading, inside in _part_sections(blocks):
        if heading is not None and heading.anchor.startswith(f"{ANCHOR}-"):
            at = next((at for at, block in enumerate(inside) if not isinstance(block, FigureBlock)), 0)
            inside = [*inside[at : at + 1], *inside[:at], *inside[at + 1 :]]
        arranged += [*([heading] if heading else []), *inside]
    return arranged


def _fold_links(blocks: Sequence[ReportBlock]) -> list[ReportBlock]:
    """Subsections at a section's end that hold no more than a line to the annex: one line for all of them."""
    folded: list[ReportBlock] = []
    left: list[PointerBlock] = []  # from the end
    at_end = True  # of a section: within it, a heading that went would leave a gap in the numbers
    for heading, inside in reversed(_part_sections(blocks)):
        match inside:
            case [PointerBlock() as link] if at_end and heading and heading.level > 2:
                left.append(link)
                continue
        if left:
            links = [link.places for link in reversed(left)]
            if inside and isinstance(last := inside[-1], PointerBlock):
                links, inside = [last.places, *links], inside[:-1]
            places = list(dict.fromkeys(chain.from_iterable(links)))
            # Its figures and tables lead to a part of the annex; otherwise its heading does.
            shown = [place for place in places if not place[1].startswith(f"{ANCHOR}-")]
            inside = [*inside, PointerBlock(tuple(shown or places))]
            left = []
        at_end = heading is not None and heading.level <= 2
        folded[:0] = [*([heading] if heading else []), *inside]
    return folded


def _part_sections(
    blocks: Sequence[ReportBlock],
) -> list[tuple[HeadingBlock | None, list[ReportBlock]]]:
    """Headings, of whatever level, with what follows them before the next."""
    parts: list[tuple[HeadingBlock | None, list[ReportBlock]]] = [(None, [])]
    for block in blocks:
        if isinstance(block, HeadingBlock):
            parts.append((block, []))
        else:
            parts[-1][1].append(block)
    return parts


def _point(head: HeadingBlock, moved: Sequence[ReportBlock], lang: str) -> PointerBlock:
    """A line that leads to what went to the annex: to its figures and tables, else to its heading there."""
    shown = [block for block in moved if isinstance(block, FigureBlock | TableBlock)]
    places = tuple((name_shown(block, lang), block.anchor) for block in shown)
    return PointerBlock(places or ((head.text, head.anchor),))


def name_folded(blocks: Sequence[ReportBlock], lang: str) -> str:
    """The title of a fold, from its figures and tables."""
    shown = [block for block in blocks if isinstance(block, FigureBlock | TableBlock)]
    titles = [block.figure.title if isinstance(block, FigureBlock) else block.table.title for block in shown]
    names = [
        f"{name_shown(one, lang)} {title.rstrip('？?')}" for one, title in zip(shown, titles, strict=True)
    ]
    words, joint = page_words(lang), "；" if lang == "zh" else "; "
    cards = any(isinstance(block, KeyFiguresBlock) for block in blocks)
    names = [*([words["page.key_figures"]] if cards else []), *names] or [words["page.annex_words"]]
    return words["page.folded"].format(names=joint.join(names))
