from deposits.kind import LEVY_ORDER
from documents.urls import urls_of

app_name = "deposits"
urlpatterns = urls_of(LEVY_ORDER)
