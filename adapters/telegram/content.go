package telegram

import (
	"bytes"
	"encoding/json"
)

// content names what a message without text holds: one of the kinds that
// [dialog.Media] knows, or "" for a service message, which says nothing. A kind
// of content that Telegram adds later is "other".
func content(raw []byte) string {
	var u struct {
		Message map[string]json.RawMessage `json:"message"`
	}
	json.Unmarshal(raw, &u) // it has been decoded before
	has := func(key string) bool {
		v, ok := u.Message[key]
		return ok && !bytes.Equal(v, []byte("null"))
	}
	for _, m := range media {
		if has(m.key) {
			return m.name
		}
	}
	for key := range u.Message {
		if has(key) && !silent[key] {
			return "other"
		}
	}
	return ""
}

// media is in order: an animation is also sent as a document, a venue as a location.
var media = []struct{ key, name string }{
	{"voice", "voice"},
	{"video_note", "video"},
	{"animation", "video"},
	{"video", "video"},
	{"live_photo", "photo"},
	{"photo", "photo"},
	{"sticker", "sticker"},
	{"location", "location"},
	{"contact", "contact"},
	{"poll", "poll"},
	{"audio", "file"},
	{"document", "file"},
}

// silent are the fields that say nothing by themselves: a message's envelope,
// and what Telegram itself reports in a chat. Of Bot API 10.1.
var silent = set(
	// the envelope
	"message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count",
	"sender_business_bot", "sender_tag", "date", "guest_query_id", "business_connection_id", "chat", "forward_origin",
	"is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
	"reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot", "guest_bot_caller_user", "guest_bot_caller_chat",
	"edit_date", "has_protected_content", "is_from_offline", "is_paid_post", "media_group_id", "author_signature",
	"paid_star_count", "text", "entities", "link_preview_options", "suggested_post_info", "effect_id", "caption",
	"caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup",
	// as older versions of the API name it
	"forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date",
	// what Telegram reports
	"new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed", "new_chat_title", "new_chat_photo",
	"delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
	"message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message",
	"successful_payment", "refunded_payment", "users_shared", "chat_shared", "gift_upgrade_sent", "connected_website",
	"write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added", "chat_background_set",
	"checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed", "forum_topic_created",
	"forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
	"general_forum_topic_unhidden", "giveaway_created", "giveaway", "giveaway_winners", "giveaway_completed",
	"managed_bot_created", "paid_message_price_changed", "poll_option_added", "poll_option_deleted",
	"suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid",
	"suggested_post_refunded", "video_chat_scheduled", "video_chat_started", "video_chat_ended",
	"video_chat_participants_invited", "web_app_data",
)

func set(keys ...string) map[string]bool {
	m := map[string]bool{}
	for _, k := range keys {
		m[k] = true
	}
	return m
}
