"""Messages as they are: read-only, with what an operator may do about them."""

import contextlib
import re
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customs import archives, inbox, outbox
from customs.models import InboxMessage, Intervention, OutboxMessage, OutboxTry
from customs.safe_xml import FORBIDDEN_CHARACTERS, Unreadable

SHOWN = 64 * 1024


def as_text(content: bytes, file_name: str) -> str:
    """The bytes of a message for a reader: what is no text, or could disguise text, is shown as escapes."""
    with contextlib.suppress(Unreadable):
        content = archives.unpack(content, file_name)
    declared_gb = re.match(rb"""[^>]{0,100}encoding\s*=\s*["']gb""", content, re.IGNORECASE)
    text = content[:SHOWN].decode("gb18030" if declared_gb else "utf-8", "backslashreplace")
    return FORBIDDEN_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class ReadOnly:
    """Nobody edits what was sent or received; who may change the model may act on it."""

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class TryInline(ReadOnly, admin.TabularInline):
    model = OutboxTry
    fields = ["number", "file_name", "committed_at", "placed_at", "outcome", "outcome_at"]
    extra = 0


class InterventionInline(ReadOnly, admin.TabularInline):
    model = Intervention
    fields = ["action", "by", "at"]
    extra = 0


class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False
    inlines = [InterventionInline]

    @admin.display(description=_("content"))
    def content_as_text(self, message: OutboxMessage | InboxMessage) -> SafeString:
        return format_html("<pre>{}</pre>", as_text(bytes(message.content), message.file_name))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"customs.change_{self.opts.model_name}")

    def _for_each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Any],
        act: Callable[[Any, object], None],
        *refusals: type[Exception],
    ) -> None:
        for message in chosen.order_by("id"):
            try:
                act(message, request.user)
            except refusals as reason:
                self.message_user(request, f"{message}: {reason}", messages.ERROR)
            else:
                self.message_user(request, _("%(message)s: done.") % {"message": message}, messages.SUCCESS)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(MessageAdmin):
    list_display = ["created_at", "message_type", "internal_no", "sender", "state", "tries", "alert", "reason"]
    list_filter = ["alert", "state", "message_type"]
    search_fields = ["=internal_no", "=message_id", "=pre_entry_number", "=sender"]
    exclude = ["content"]
    readonly_fields = ["content_as_text"]
    inlines = [TryInline, InterventionInline]
    actions = ["send_again", "fail"]

    @admin.action(description=_("Send held messages again"), permissions=["operate"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[OutboxMessage]) -> None:
        self._for_each(request, chosen, outbox.send_again, outbox.NotHeld)

    @admin.action(description=_("Give held messages up (申报失败)"), permissions=["operate"])
    def fail(self, request: HttpRequest, chosen: QuerySet[OutboxMessage]) -> None:
        self._for_each(request, chosen, outbox.fail, outbox.NotHeld, outbox.CannotFail)


@admin.register(InboxMessage)
class InboxMessageAdmin(MessageAdmin):
    list_display = [
        "received_at",
        "message_type",
        "folder_unit",
        "file_name",
        "pre_entry_number",
        "state",
        "alert",
        "reason",
    ]
    list_filter = ["alert", "state", "message_type"]
    search_fields = ["=message_id", "=pre_entry_number", "=business_number", "=folder_unit", "=file_name"]
    exclude = ["content"]
    readonly_fields = ["content_as_text"]
    actions = ["replay", "acknowledge"]

    @admin.action(description=_("Handle again"), permissions=["operate"])
    def replay(self, request: HttpRequest, chosen: QuerySet[InboxMessage]) -> None:
        self._for_each(request, chosen, inbox.replay, inbox.NotReplayable)

    @admin.action(description=_("Acknowledge the alert"), permissions=["operate"])
    def acknowledge(self, request: HttpRequest, chosen: QuerySet[InboxMessage]) -> None:
        self._for_each(request, chosen, inbox.acknowledge, inbox.NotReplayable)
