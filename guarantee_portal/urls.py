from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from documents.views import look_up_unit

admin.site.site_header = admin.site.site_title = _("Processing-trade guarantee system")

urlpatterns = [
    path("", RedirectView.as_view(url="/deposits/"), name="home"),
    path("", include("parties.urls")),
    path("units/", look_up_unit, name="look-up-unit"),
    path("deposits/", include("deposits.urls")),
    path("general-guarantee/changes/", include("general_guarantee.change_urls")),
    path("general-guarantee/", include("general_guarantee.urls")),
    path("admin/", admin.site.urls),
]
