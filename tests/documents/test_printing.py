"""The prints as a reader sees them: their text, their pages, and what they must never do."""

import io
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.functional import Promise
from pypdf import PdfReader

from deploy import fonts
from documents import kept_prints, printing, typesetting
from documents.barcode import code128_path
from documents.printing import (
    NOT_APPROVED,
    Account,
    FormPrint,
    NoticePrint,
    PrintCell,
    PrintGroup,
    PrintTooLarge,
    check_printing,
    pdf,
    verification_code,
)

MADE_AT = datetime(2018, 6, 20, 6, 5, tzinfo=UTC)
CLERK = "王小明（1101919107）"
FORM = FormPrint(
    title="保证金征收单",
    number="ZS0100201800706",
    date_line="征收日期：2018-06-15",
    groups=(
        PrintGroup("单证", ((PrintCell("征收单编号", "ZS0100201800706"), PrintCell("序号", "1")),)),
        PrintGroup("单位", ((PrintCell("被担保单位名称", "北京天竺示范加工有限公司", 3),),)),
    ),
)
NOTICE = NoticePrint(
    number="010018000031",
    issued=date(2018, 6, 15),
    facts=(
        (PrintCell("征收单编号", "ZS0100201800706"), PrintCell("业务单证编号", "C010016A0471")),
        (PrintCell("担保类型", "单笔担保"), PrintCell("业务环节", "手册设立/变更")),
        (PrintCell("主管关区", "0100 北京关区"), PrintCell("保证金性质", "限制类担保金")),
    ),
    guaranteed="1111510001 北京天竺示范加工有限公司",
    matter="加工贸易手册设立",
    payer=Account("中国山货花卉进出口公司", "示范银行北京样本支行", "0200-0412-0000-3107"),
    payee=Account("示范海关账户", "示范银行专户网点", "9900-0000-0100"),
    amount=Decimal("16409.02"),
    payment_mode="电子支付",
    deadline=date(2018, 6, 28),
)

HOSTILE = [
    '<img src="file:///etc/passwd">',
    '<img src="http://127.0.0.1:9/x.png">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="file:///etc/passwd">',
    '<iframe src="http://127.0.0.1:9/"></iframe>',
    '<style>@import "http://127.0.0.1:9/x.css"</style>',
    "<style>@font-face{font-family:x;src:url(file:///etc/passwd)}*{font-family:x}</style>",
    '<p style="background:url(http://127.0.0.1:9/x.png)">x</p>',
    "</style></td></table><p style=\"content:url('file:///etc/passwd')\">x",
    '<svg><image href="file:///etc/passwd"/><use href="http://127.0.0.1:9/#x"/></svg>',
    "\"><img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>\">",
    '<base href="file:///etc/"><img src="passwd">',
    '{% include "/etc/passwd" %}{{ settings.SECRET_KEY }}<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
]


@pytest.fixture(scope="module", autouse=True)
def _fonts():
    fonts.build()


@pytest.fixture(autouse=True)
def _prints_of_its_own(settings, tmp_path):
    settings.PRINT_CACHE = tmp_path / "prints"


@pytest.fixture
def fetched(monkeypatch):
    """Record every address that a print asks for; it is refused as always."""
    addresses = []
    refuse = typesetting.NoFetcher.fetch

    def record(self, url, headers=None):
        addresses.append(url)
        return refuse(self, url, headers)

    monkeypatch.setattr(typesetting.NoFetcher, "fetch", record)
    return addresses


@pytest.fixture
def typeset(monkeypatch):
    """Count the pages that are really made."""
    pages = []
    make = typesetting.Typesetter.pdf

    def count(self, html):
        pages.append(html)
        return make(self, html)

    monkeypatch.setattr(typesetting.Typesetter, "pdf", count)
    return pages


def printed(sheet, made_by=CLERK, made_at=MADE_AT):
    return PdfReader(io.BytesIO(pdf(sheet, made_by=made_by, made_at=made_at)))


def text_of(reader):
    return [re.sub(r"\s+", "", page.extract_text()) for page in reader.pages]


def lines_of(reader):
    """Return the different heights at which text stands on the first page."""
    return set(re.findall(rb"([\d.]+) Tm", reader.pages[0].get_contents().get_data()))


def form_with(*values):
    rows = tuple((PrintCell("备注", value, 3),) for value in values)
    return replace(FORM, groups=(PrintGroup("单证", rows),))


def with_every_text(part, text):
    """Return a sheet in which every text is `text`."""
    if isinstance(part, (str, Promise)):
        return text
    if isinstance(part, tuple):
        return tuple(with_every_text(item, text) for item in part)
    if is_dataclass(part):
        return replace(part, **{field.name: with_every_text(getattr(part, field.name), text) for field in fields(part)})
    return part


class TestWhatAPrintShows:
    def test_a_form_shows_title_number_captions_labels_and_values(self):
        (page,) = text_of(printed(FORM))
        for shown in ("保证金征收单", "征收日期：2018-06-15", "单证", "征收单编号", "ZS0100201800706", "序号",
                      "被担保单位名称", "北京天竺示范加工有限公司"):  # fmt: skip
            assert shown in page

    def test_a_print_says_what_prevails_who_made_it_when_and_which_page_it_is(self):
        with translation.override("zh-hans"):
            (page,) = text_of(printed(FORM))
        assert "企业端打印件，以海关签发为准" in page
        assert "打印：王小明（1101919107）2018-06-2014:05" in page
        assert "第1页/共1页" in page
        assert re.search(r"核验码[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", page)

    def test_a_notice_shows_both_accounts_the_amount_twice_and_the_deadline(self):
        with translation.override("zh-hans"):
            (page,) = text_of(printed(NOTICE))
        for shown in ("海关保证金缴款通知书", "缴款单位", "收款单位", "0200-0412-0000-3107", "9900-0000-0100",
                      "示范银行北京样本支行", "¥16,409.02", "人民币壹万陆仟肆佰零玖元零贰分", "2018年06月28日",
                      "加工贸易手册设立", "银行盖章处", "海关盖章处"):  # fmt: skip
            assert shown in page

    def test_a_print_is_in_the_language_of_the_user(self):
        with translation.override("en"):
            (page,) = text_of(printed(NOTICE))
        assert "PaymentNoticeofCustomsGuarantee" in page
        assert "Page1of1" in page
        assert "海关保证金缴款通知书" not in page

    @pytest.mark.parametrize(
        ("amount", "figures"),
        [
            ("1293", "¥1,293.00"),
            ("1293.5", "¥1,293.50"),
            ("39287493.23234", "¥39,287,493.23234"),
            ("1E+3", "¥1,000.00"),
        ],
    )
    def test_the_amount_of_a_notice_has_two_decimals_or_all_it_has(self, amount, figures):
        assert replace(NOTICE, amount=Decimal(amount)).figures == figures

    def test_a_notice_without_a_deadline_leaves_it_empty(self):
        assert replace(NOTICE, deadline=None).deadline_date == ""

    def test_a_document_that_customs_has_not_approved_says_so_across_the_page(self):
        with translation.override("zh-hans"):
            assert "未经海关批准" in text_of(printed(replace(FORM, watermark=NOT_APPROVED)))[0]
            assert "未经海关批准" not in text_of(printed(FORM))[0]

    def test_a_second_page_repeats_title_number_watermark_and_foot(self):
        sheet = replace(form_with(*["很长的备注。" * 100] * 5, "最后"), watermark=NOT_APPROVED)
        with translation.override("zh-hans"):
            first, second = text_of(printed(sheet))
        assert "最后" in second
        for repeated in ("保证金征收单", "ZS0100201800706", "未经海关批准", "企业端打印件，以海关签发为准"):
            assert repeated in first
            assert repeated in second
        assert "第2页/共2页" in second

    def test_line_breaks_of_a_remark_stay(self):
        broken, whole = printed(form_with("第一行\r\n第二行")), printed(form_with("第一行 第二行"))
        assert len(lines_of(broken)) == len(lines_of(whole)) + 1
        assert printing.UNKNOWN not in text_of(broken)[0]

    def test_a_remark_longer_than_a_page_goes_on_over_the_next_ones(self):
        pages = text_of(printed(form_with("很长的备注。" * 650)))
        assert "很长的备注" in pages[0]
        assert len(pages) == 2

    def test_a_short_row_is_filled_and_a_row_beyond_the_grid_is_refused(self):
        assert PrintGroup("", ((PrintCell("a"),),)).filled_rows[0][1] == 4
        with pytest.raises(ValueError, match="more than 3 columns"):
            PrintGroup("", ((PrintCell("a", span=2), PrintCell("b", span=2)),))

    def test_no_print_holds_a_picture(self):
        for sheet in (FORM, NOTICE):
            assert not any(page.images for page in printed(sheet).pages)


class TestCharacters:
    @pytest.mark.parametrize("text", ["镕堃喆", "囧", "≒〓ɑɡ☉", "Zoë Müller", "①②③ㄅあア"])
    def test_rare_characters_of_gbk_are_printed(self, text):
        assert text.replace(" ", "") in text_of(printed(form_with(text)))[0]

    @pytest.mark.parametrize(
        "character", ["🚢", "㛃", "\u202e", "\u200b", "\x00", "\x1b", "\ud800", "\ufeff", "ก"], ids=ascii
    )
    def test_what_the_fonts_lack_is_replaced_visibly(self, character):
        assert f"前{printing.UNKNOWN}后" in text_of(printed(form_with(f"前{character}后")))[0]

    def test_only_our_own_fonts_are_embedded_and_only_what_is_used_of_them(self):
        content = pdf(form_with("镕"), made_by=CLERK, made_at=MADE_AT)
        names = {
            font["/BaseFont"] for page in PdfReader(io.BytesIO(content)).pages
            for font in (reference.get_object() for reference in page["/Resources"]["/Font"].values())
        }  # fmt: skip
        assert names
        assert all(re.fullmatch(r"/[A-Z]{6}\+Print-(Sans|Song|Rare)(-Bold)?", name) for name in names)
        assert len(content) < 60_000

    def test_other_programs_see_the_fonts_of_the_machine(self, monkeypatch):
        monkeypatch.setenv("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
        typesetting.Typesetter(fonts.TARGET, typesetting.STYLE)
        assert os.environ["FONTCONFIG_FILE"] == "/etc/fonts/fonts.conf"
        monkeypatch.delenv("FONTCONFIG_FILE")
        typesetting.Typesetter(fonts.TARGET, typesetting.STYLE)
        assert "FONTCONFIG_FILE" not in os.environ


class TestHostileTexts:
    @pytest.mark.parametrize("vector", HOSTILE)
    @pytest.mark.parametrize("sheet", [replace(FORM, watermark=NOT_APPROVED), NOTICE], ids=["form", "notice"])
    def test_no_text_makes_a_print_fetch_or_carry_anything(self, sheet, vector, fetched):
        content = pdf(with_every_text(sheet, vector), made_by=vector, made_at=MADE_AT)
        assert fetched == []
        for active in (b"/EmbeddedFile", b"/Filespec", b"/URI", b"/Launch", b"/JavaScript", b"/OpenAction", b"/Image"):
            assert active not in content
        assert "root:" not in "".join(text_of(PdfReader(io.BytesIO(content))))

    def test_hostile_texts_are_printed_as_they_were_typed(self):
        page = "".join(text_of(printed(form_with(*HOSTILE))))
        for vector in HOSTILE:
            assert re.sub(r"\s+", "", vector) in page

    def test_the_control_without_escaping_asks_and_is_refused(self, fetched):
        page = "<html><body>" + "".join(HOSTILE[:2]) + "</body></html>"
        content = typesetting.typesetter().pdf(page)
        assert fetched == ["file:///etc/passwd", "http://127.0.0.1:9/x.png"]
        assert b"/Image" not in content


class TestKeptPrints:
    def test_the_same_print_again_is_the_same_file_and_is_not_made(self, typeset, settings):
        first = pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        later = pdf(FORM, made_by=CLERK, made_at=datetime(2026, 1, 1, tzinfo=UTC))
        assert later == first
        assert len(typeset) == 1

    def test_another_person_language_value_or_watermark_is_another_print(self, typeset):
        pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        pdf(FORM, made_by="另一人", made_at=MADE_AT)
        pdf(replace(FORM, number="ZS0100201800707"), made_by=CLERK, made_at=MADE_AT)
        pdf(replace(FORM, watermark=NOT_APPROVED), made_by=CLERK, made_at=MADE_AT)
        with translation.override("en"):
            pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        assert len(typeset) == 5

    def test_a_print_kept_under_another_secret_key_is_made_again_with_a_code_that_holds(self, typeset, settings):
        pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        settings.SECRET_KEY = "another"
        pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        assert len(typeset) == 2

    def test_kept_prints_are_private(self, settings):
        pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        (file,) = settings.PRINT_CACHE.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert settings.PRINT_CACHE.stat().st_mode & 0o777 == 0o700

    def test_a_broken_kept_print_is_made_again(self, typeset, settings):
        whole = pdf(FORM, made_by=CLERK, made_at=MADE_AT)
        (file,) = settings.PRINT_CACHE.iterdir()
        file.write_bytes(whole[:1000])
        assert pdf(FORM, made_by=CLERK, made_at=MADE_AT) == whole
        assert len(typeset) == 2
        assert file.read_bytes() == whole

    def test_a_full_disk_prevents_the_keeping_and_not_the_print(self, monkeypatch, settings):
        def full(*_args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(kept_prints.Path, "replace", full)
        assert pdf(FORM, made_by=CLERK, made_at=MADE_AT).startswith(b"%PDF")
        assert list(settings.PRINT_CACHE.iterdir()) == []

    def test_no_more_than_the_limit_is_kept_and_the_oldest_go_first(self, monkeypatch, settings):
        monkeypatch.setattr(kept_prints, "LIMIT", 10)
        for number in range(11):
            kept_prints.kept(str(number), lambda: b"%PDF %%EOF")
            newest = max(settings.PRINT_CACHE.iterdir(), key=lambda file: file.stat().st_mtime_ns)
            os.utime(newest, (number, number))
        kept_prints.kept("last", lambda: b"%PDF last %%EOF")
        assert len(list(settings.PRINT_CACHE.iterdir())) <= 10
        assert kept_prints.kept("last", lambda: b"made again") == b"%PDF last %%EOF"
        assert kept_prints.kept("0", lambda: b"made again") == b"made again"

    def test_prints_made_at_the_same_time_are_each_the_right_one(self):
        sheets = [replace(FORM, number=f"ZS01002018007{n:02}") for n in range(16)]
        with ThreadPoolExecutor(8) as pool:
            pages = list(pool.map(lambda sheet: text_of(printed(sheet))[0], sheets))
        for sheet, page in zip(sheets, pages, strict=True):
            assert sheet.number in page


class TestLimits:
    @pytest.mark.parametrize(
        "sheet",
        [
            form_with("长" * 4001),
            form_with(*["长" * 3000] * 11),
            form_with(*["x"] * 800),
        ],
        ids=["one text", "all texts", "number of texts"],
    )
    def test_more_than_a_print_can_hold_is_refused(self, sheet):
        with pytest.raises(PrintTooLarge):
            pdf(sheet, made_by=CLERK, made_at=MADE_AT)


class TestCodes:
    def test_the_verification_code_changes_with_what_is_printed_and_with_the_key(self, settings):
        code = verification_code("a")
        assert re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}", code)
        assert code == verification_code("a")
        assert code != verification_code("b")
        settings.SECRET_KEY = "another"
        assert code != verification_code("a")

    def test_prints_of_different_content_bear_different_codes(self):
        def code(sheet):
            return re.search(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", text_of(printed(sheet))[0])[0]

        assert code(NOTICE) != code(replace(NOTICE, amount=Decimal("16409.03")))

    def test_the_bar_code_is_the_outline_of_code_128(self):
        path, width = code128_path("HI345678")
        dark = {
            module
            for left, bar in re.findall(r"M(\d+) 0h(\d+)", path)
            for module in range(int(left), int(left) + int(bar))
        }
        modules = "".join("1" if module in dark else "0" for module in range(width))
        # Start B, H, I, Code C, 34, 56, 78, check, stop: the sample of the standard's annex.
        symbols = [104, 40, 41, 99, 34, 56, 78, 68]
        assert modules.startswith("11010010000" + "11000101000" + "11000100010" + "10111011110" + "10001011000")
        assert modules.endswith("1100011101011")
        assert width == 11 * len(symbols) + 13
        assert (104 + sum(place * value for place, value in enumerate(symbols[1:-1], 1))) % 103 == symbols[-1]

    @pytest.mark.parametrize("number", ["", "保证金", "a\nb"])
    def test_a_number_that_no_bar_code_can_hold_is_printed_without_one(self, number):
        assert printed(replace(FORM, number=number)).pages
        assert printing._barcode(number) is None

    def test_a_bar_code_of_other_characters_is_refused(self):
        with pytest.raises(ValueError, match="printable ASCII"):
            code128_path("号")


class TestSystemCheck:
    def test_a_machine_that_is_set_up_passes(self):
        assert check_printing() == []

    def test_fonts_that_are_not_built_are_named(self, settings, tmp_path):
        settings.PRINT_FONTS = tmp_path
        assert [problem.id for problem in check_printing()] == ["documents.E101"]

    def test_a_missing_library_is_named_with_its_package(self, monkeypatch):
        monkeypatch.setattr(printing, "SHARED_LIBRARIES", {"libabsent.so.9": "libabsent9"})
        (problem,) = check_printing()
        assert problem.id == "documents.E102"
        assert "apt-get install libabsent9" in problem.hint
