from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from parties import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("captcha", views.captcha_picture, name="captcha"),
    path("password", views.ChangePassword.as_view(), name="password"),
    path("language", login_not_required(require_POST(set_language)), name="language"),
    # Before the admin's own URL of the same path.
    path("admin/login/", views.admin_sign_in),
]
