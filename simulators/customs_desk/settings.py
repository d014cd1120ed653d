"""How the desk behaves, as its page shows and edits it. Kept in the desk's own database as one JSON text."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from .records import DeskError, State

AUTO, MANUAL = "auto", "manual"
ANSWERS = {
    "accept": "受理",
    "refuse": "拒收",
    "sent": "已发送海关",
    "loaded": "入库成功",
    "load_failed": "入库失败",
    "approve": "审批通过",
    "return": "退单",
    "review": "转人工",
}
# At which state a rule for this answer takes the place of the usual step.
RULED_AT = {
    "refuse": State.RECEIVED,
    "load_failed": State.SENT,
    "return": State.LOADED,
    "review": State.LOADED,
}
SWITCHES = {
    "duplicate": "每份回执发两次",
    "reorder": "颠倒相邻回执的次序",
    "corrupt_next": "截断下一份回执 (一次)",
    "silent": "静默：不作任何答复",
    "failbox": "客户端发送失败 (移入 FailBox)",
}


@dataclass(frozen=True)
class Rule:
    """A declaration about an amount that ends so gets this answer, on the first attempt of a filing only."""

    ending: str
    answer: str
    reason: str

    def __post_init__(self) -> None:
        if self.answer not in RULED_AT or not self.ending:
            raise DeskError("规则需有金额尾数和答复")


DEFAULT_RULES = (
    Rule(".13", "return", "缴款单位银行账号有误，请核对后重新申报"),
    Rule(".14", "load_failed", "报文入库失败：被担保单位编码不存在"),
    Rule(".15", "review", "转人工"),
    Rule(".16", "refuse", "导入报文中缴款单位名称为空，请修改后重新导入"),
)


@dataclass(frozen=True)
class Settings:
    """Delays are seconds. `delay` holds every answer back; the switches are misbehaviour."""

    mode: str = AUTO
    step_delay: float = 2
    payment_delay: float = 20
    rules: tuple[Rule, ...] = DEFAULT_RULES
    delay: float = 0
    duplicate: bool = False
    reorder: bool = False
    corrupt_next: bool = False
    silent: bool = False
    failbox: bool = False

    def __post_init__(self) -> None:
        if self.mode not in (AUTO, MANUAL):
            raise DeskError("模式只能是 auto 或 manual")
        if not all(0 <= seconds <= 86_400 for seconds in (self.step_delay, self.payment_delay, self.delay)):
            raise DeskError("时间应在 0 到 86400 秒之间")

    def rule_for(self, amount: str, state: State) -> Rule | None:
        """The first rule that speaks at this state about this amount."""
        matching = (rule for rule in self.rules if amount.endswith(rule.ending))
        return next((rule for rule in matching if RULED_AT[rule.answer] == state), None)

    def with_changes(self, **changes: object) -> "Settings":
        return replace(self, **changes)  # type: ignore[arg-type]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def from_json(text: str) -> Settings:
    values = json.loads(text)
    return Settings(**{**values, "rules": rules_from(values["rules"])})


def rules_from(rows: Sequence[dict[str, str]]) -> tuple[Rule, ...]:
    """Rules of rows with ending, answer and reason; a row without ending is left out."""
    return tuple(Rule(**row) for row in rows if row["ending"])
