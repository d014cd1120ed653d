"""What an enterprise can declare, and how the desk reads and answers each. Another kind is another row here."""

from collections.abc import Mapping
from dataclasses import dataclass

Head = Mapping[str, str]

ALWAYS = {"LinkMan": "企业联系人姓名", "LinkTel": "电话号码"}
GENERAL = {"GsarNo": "总担保编号"}
CASH = {
    "PmnEtpsNm": "缴款单位名称",
    "PymtModecd": "支付方式",
    "PmnEtpsOpaccBankNm": "缴款单位开户银行",
    "PmnEtpsBankAcctnum": "缴款单位银行账号",
}
LETTER = {"PmnEtpsNm": "缴款单位名称", "LtguaNo": "保函编号", "ValidDateEnd": "保函有效期"}


@dataclass(frozen=True)
class Kind:
    """One declaration message: its head element, the message that decides on it, and what the data centre says."""

    name: str
    head: str
    decided_by: str
    accepted_text: str
    business_number: str

    def missing(self, head: Head) -> str:
        """Return the label of the first required field that is empty, or an empty text."""
        required = {**_by_security(head), **ALWAYS}
        return next((label for name, label in required.items() if not head.get(name)), "")


def _by_security(head: Head) -> dict[str, str]:
    if head.get("GrtTypecd") == "1":
        return GENERAL
    return LETTER if head.get("LtguaType") == "2" else CASH


def is_single_by_cash(head: Head) -> bool:
    """单笔担保 by 保证金: the only levy order that is followed by a payment notice."""
    return head.get("GrtTypecd") == "2" and head.get("LtguaType") == "1"


KINDS = {
    "GRT101": Kind(
        name="保证金征收单",
        head="GrtDpstHead",
        decided_by="GRT201",
        accepted_text="保证金征收单申报服务调用成功",
        business_number="DpstLevyBlNo",
    ),
}
