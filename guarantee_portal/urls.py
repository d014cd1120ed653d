from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from documents.views import look_up_unit

urlpatterns = [
    path("", RedirectView.as_view(url="/deposits/"), name="home"),
    path("", include("parties.urls")),
    path("units/", look_up_unit, name="look-up-unit"),
    path("deposits/", include("deposits.urls")),
    path("admin/", admin.site.urls),
]
