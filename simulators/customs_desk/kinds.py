"""What an enterprise can declare, and how the desk reads and answers each. Another kind is another row here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Head = Mapping[str, str]
Labels = Mapping[str, str]

CASH = {
    "PmnEtpsNm": "缴款单位名称",
    "PymtModecd": "支付方式",
    "PmnEtpsOpaccBankNm": "缴款单位开户银行",
    "PmnEtpsBankAcctnum": "缴款单位银行账号",
}
LETTER = {"PmnEtpsNm": "缴款单位名称", "LtguaNo": "保函编号", "ValidDateEnd": "保函有效期"}
PAYEE = {
    "RcvUnitNm": "收款单位名称",
    "RcvUnitOpaccBankNm": "收款单位开户银行",
    "RcvUnitBankAcctnum": "收款单位银行账号",
}
CHANGE = "2"
TRANSFER = "2"


@dataclass(frozen=True)
class Kind:
    """One declaration message: its head element, the message that decides on it, and what the data centre says.

    `business_number` is the element that names the levy order or general guarantee it is about; `required` gives the
    labels of the fields that a head must fill.
    """

    name: str
    head: str
    decided_by: str
    accepted_text: str
    business_number: str
    required: Callable[[Head], Labels]

    def missing(self, head: Head) -> str:
        """Return the label of the first required field that is empty, or an empty text."""
        return next((label for name, label in self.required(head).items() if not head.get(name)), "")


def _of_order(head: Head) -> Labels:
    security = {"GsarNo": "总担保编号"} if is_draw(head) else _by_mode(head)
    return {**security, "LinkMan": "企业联系人姓名", "LinkTel": "电话号码"}


def _of_general_guarantee(head: Head) -> Labels:
    units = {"AssuredEtpsno": "被担保单位编码", "AssuredEtpsNm": "被担保单位名称"}
    number = {"GsarNo": "总担保编号"} if is_change(head) else {}
    return {**number, **units, **_by_mode(head), "MasterCuscd": "主管关区", "GrtAmt": "总担保金额"}


def _of_refund(head: Head) -> Labels:
    always = {"GrtNo": "担保编号", "RtnbkAmt": "退还结转金额", "RtnbkRsn": "退还结转原因描述"}
    return {**always, **({"TargetNo": "结转目标编号"} if head.get("RtnbkTypecd") == TRANSFER else PAYEE)}


def _by_mode(head: Head) -> Labels:
    return LETTER if head.get("LtguaType") == "2" else CASH


def is_draw(head: Head) -> bool:
    """A levy order under 总担保: its approval takes from the general guarantee it names."""
    return head.get("GrtTypecd") == "1"


def is_change(head: Head) -> bool:
    return head.get("DclTypecd") == CHANGE


KINDS = {
    "GRT101": Kind(
        name="保证金征收单",
        head="GrtDpstHead",
        decided_by="GRT201",
        accepted_text="保证金征收单申报服务调用成功",
        business_number="DpstLevyBlNo",
        required=_of_order,
    ),
    "GRT111": Kind(
        name="总担保",
        head="GrtHead",
        decided_by="GRT211",
        accepted_text="总担保申报服务调用成功",
        business_number="GsarNo",
        required=_of_general_guarantee,
    ),
    "GRT121": Kind(
        name="退还结转申请",
        head="GrtRtnbkHead",
        decided_by="GRT221",
        accepted_text="退还结转申报服务调用成功",
        business_number="GrtNo",
        required=_of_refund,
    ),
}
