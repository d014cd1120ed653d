from django.http import HttpRequest, HttpResponse
from django.urls import path

from guarantee_portal.urls import urlpatterns as portal


def ok(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("benchmark/ok/", ok), *portal]
