from documents.urls import urls_of
from general_guarantee.kind import GUARANTEE_CHANGE

app_name = "guarantee_change"
urlpatterns = urls_of(GUARANTEE_CHANGE)
