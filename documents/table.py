"""The standard status table with its effects, and what a kind makes of it."""

from dataclasses import replace

from documents import moves
from documents.moves import Move
from documents.signing import queue_declaration

STANDARD = (
    moves.SAVE,
    replace(moves.DECLARE, effects=(queue_declaration,)),
    moves.ACCEPT,
    moves.REFUSE,
    moves.MARK_SENT,
    moves.LOAD,
    moves.FAIL_LOAD,
    moves.APPROVE,
    moves.RETURN,
)


def table(*differences: Move) -> dict[str, Move]:
    """Return the standard status table with a kind's differences."""
    return {move.name: move for move in (*STANDARD, *differences)}
