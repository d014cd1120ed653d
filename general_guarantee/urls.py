from django.urls import path

from documents.urls import urls_of
from general_guarantee import views
from general_guarantee.kind import GENERAL_GUARANTEE

app_name = "general_guarantee"
urlpatterns = [*urls_of(GENERAL_GUARANTEE), path("<number:number>/ledger/", views.ledger, name="ledger")]
