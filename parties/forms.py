from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _

from parties import captcha


class SignInForm(forms.Form):
    """User name, password and captcha. The form judges the captcha only; the password is looked at after it."""

    username = UsernameField(label=_("User name"), max_length=150)
    password = forms.CharField(label=_("Password"), strip=False, max_length=4096)
    captcha = forms.CharField(label=_("Captcha"), max_length=20)

    def __init__(self, session: SessionBase, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.session = session

    def clean_captcha(self) -> str:
        answer: str = self.cleaned_data["captcha"]
        if not captcha.passed(self.session, answer):
            raise forms.ValidationError(_("The captcha was wrong. Here is another one."), code="captcha")
        return answer
