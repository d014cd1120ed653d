"""What a print costs: `python -m benchmarks.prints`.

The baseline is WeasyPrint as one would first use it: the same page and the same style, given as text each time, in the
fonts of Debian's package, with a new FontConfiguration. Both run in processes of their own, in turns.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.report import Row, show
from deploy import fonts

if TYPE_CHECKING:
    from documents.printing import Sheet

TURNS, WARM_UP, TIMED = 2, 3, 9
MADE_BY, MADE_AT = "王小明（1101919107）", datetime(2018, 6, 20, 6, 5, tzinfo=UTC)
FIELDS = """预录入统一编号 201800000000000182|总担保编号 D80100201800014|担保方式 保证金
被担保单位编码 1111510001|被担保单位统一社会信用代码 111121211011152453|被担保单位名称 北京天竺示范加工有限公司
缴款单位编码 1101919107|缴款单位统一社会信用代码 111121211011152453|缴款单位名称 中国山货花卉进出口公司
主管关区 0100北京关区|总担保金额 39,287,493.23|保函编号 -
可用总担保金额 39,287,493.23|已用总担保金额 0|已退回总担保金额 0
支付方式 电子支付|保函有效期 -|总担保设立日期 20180614
缴款单位开户银行 示范银行北京样本支行|缴款单位银行账号 0200-0412-0000-3107|保证金缴款截止日期 20180628
收款单位名称 示范海关账户|收款单位开户银行 示范银行专户网点|收款单位银行账号 9900-0000-0100
录入单位编码 1101919107|录入单位统一社会信用代码 111121211011152453|录入单位名称 中国山货花卉进出口公司
申报单位编码 1101919107|申报单位统一社会信用代码 111121211011152453|申报单位名称 中国山货花卉进出口公司
申报日期 20180614|数据状态 暂存|担保状态 未缴款"""


@dataclass(frozen=True)
class Cost:
    """What one print took: CPU in ms, peak memory of its process in MB, size of the file in KB."""

    cpu: float
    memory: float
    size: float


def form() -> "Sheet":
    """Return 总担保登记表 with all its fields."""
    from documents.printing import NOT_APPROVED, FormPrint, PrintCell, PrintGroup

    pairs = [[field.split() for field in line.split("|")] for line in FIELDS.splitlines()]
    rows = tuple(tuple(PrintCell(label, value) for label, value in line) for line in pairs)
    rows += ((PrintCell("备注", "加工贸易手册设立，按海关要求提供担保。", 3),),)
    captions = {"单证": rows[:1], "单位": rows[1:3], "担保": rows[3:7], "收款": rows[7:8], "录入与申报": rows[8:]}
    groups = tuple(PrintGroup(caption, part) for caption, part in captions.items())
    return FormPrint("总担保登记表", "201800000000000182", "申报日期：2018-06-14", groups, NOT_APPROVED)


def notice() -> "Sheet":
    """Return 海关保证金缴款通知书."""
    from documents.printing import Account, NoticePrint, PrintCell

    payer = Account("中国山货花卉进出口公司", "示范银行北京样本支行", "0200-0412-0000-3107")
    return NoticePrint(
        number="010018000031",
        issued=date(2018, 6, 15),
        facts=(
            (PrintCell("征收单编号", "ZS0100201800706"), PrintCell("业务单证编号", "C010016A0471")),
            (PrintCell("担保类型", "单笔担保"), PrintCell("业务环节", "手册设立/变更")),
            (PrintCell("主管关区", "0100 北京关区"), PrintCell("保证金性质", "限制类担保金")),
        ),
        guaranteed="1111510001 北京天竺示范加工有限公司",
        matter="加工贸易手册设立，按海关要求提供担保。",
        payer=payer,
        payee=Account("示范海关账户", "示范银行专户网点", "9900-0000-0100"),
        amount=Decimal("16409.02"),
        payment_mode="电子支付",
        deadline=date(2018, 6, 28),
    )


SHEETS: dict[str, Callable[[], "Sheet"]] = {"form": form, "notice": notice}


def ours(sheet: "Sheet") -> bytes:
    """Print as the portal does, without what it keeps."""
    from documents.printing import html
    from documents.typesetting import typesetter

    return typesetter().pdf(html(sheet, MADE_BY, "2018-06-20 14:05"))


def baseline(sheet: "Sheet") -> bytes:
    """Print the same page as one would first write it."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    from documents.printing import html
    from documents.typesetting import STYLE

    style = STYLE.read_text("utf-8").replace('"Print Sans", "Print Rare"', '"Noto Sans CJK SC"')
    style = style.replace('"Print Song"', '"Noto Serif CJK SC"')
    page = html(sheet, MADE_BY, "2018-06-20 14:05").replace("</head>", f"<style>{style}</style></head>")
    pdf: bytes = HTML(string=page).write_pdf(font_config=FontConfiguration())
    return pdf


def again(sheet: "Sheet") -> bytes:
    """Print through what is kept; all but the first time it is there."""
    from documents.printing import pdf

    return pdf(sheet, made_by=MADE_BY, made_at=MADE_AT)


WAYS: dict[str, Callable[["Sheet"], bytes]] = {"ours": ours, "baseline": baseline, "again": again}


def measure(way: str, kind: str) -> None:
    """Run in a process of its own: print the sheet several times and report the cost of the warm ones."""
    import django

    django.setup()
    times, content = [], b""
    for _turn in range(WARM_UP + TIMED):
        start = time.process_time()
        content = WAYS[way](SHEETS[kind]())
        times.append((time.process_time() - start) * 1000)
    print(json.dumps({"cpu": median(times[WARM_UP:]), "memory": _peak_memory(), "size": len(content) / 1024}))


def _peak_memory() -> float:
    """Return the peak memory of this process in MB. (`ru_maxrss` would begin with that of the process before exec.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def cost(way: str, kind: str, environment: dict[str, str]) -> Cost:
    """Measure one way of printing in a new process."""
    command = [sys.executable, "-m", "benchmarks.prints", way, kind]
    done = subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.PIPE)
    return Cost(**json.loads(done.stdout))


def in_turns(kind: str, environment: dict[str, dict[str, str]]) -> dict[str, Cost]:
    """Measure A B A B; return the medians of each."""
    runs: dict[str, list[Cost]] = {way: [] for way in environment}
    for _turn in range(TURNS):
        for way, variables in environment.items():
            runs[way].append(cost(way, kind, variables))
    return {
        way: Cost(median(run.cpu for run in all_), median(run.memory for run in all_), median(run.size for run in all_))
        for way, all_ in runs.items()
    }


def rows() -> Iterator[Row]:
    """Yield the rows of QUALITY's table on prints."""
    fonts.build()
    with tempfile.TemporaryDirectory() as directory, fonts.source_directory() as source:
        configuration = Path(directory) / "fonts.conf"
        configuration.write_text(
            f"<fontconfig><dir>{source}</dir><cachedir>{directory}/cache</cachedir></fontconfig>", "utf-8"
        )
        common = {
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "guarantee_portal.settings"),
            "DEPLOYMENT": "demonstration",
            "PORTAL_VAR": directory,
        }
        ways = {"ours": common, "baseline": common | {"FONTCONFIG_FILE": str(configuration)}, "again": common}
        for kind in SHEETS:
            yield from _rows_of(kind, in_turns(kind, ways))


def _rows_of(kind: str, costs: dict[str, Cost]) -> Iterator[Row]:
    mine, stock = costs["ours"], costs["baseline"]
    yield Row(f"print of one {kind}, warm, CPU (aim 0.35)", mine.cpu, stock.cpu, 0.55)
    yield Row(f"print of one {kind}, peak memory", mine.memory, stock.memory, 0.25, "MB")
    yield Row(f"print of one {kind}, size", mine.size, stock.size, 0.4, "KB")
    yield Row(f"the same {kind} again", costs["again"].cpu, mine.cpu, 0.05)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(*sys.argv[1:])
    else:
        show(rows())
