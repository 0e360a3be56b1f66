#include "flow/outbox/wire/mime.h"

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

namespace saiten::outbox {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

constexpr char kUtf8[] = "utf-8";

GMimeObject* Part(const char* subtype, const std::string& text) {
  GMimeTextPart* part = g_mime_text_part_new_with_subtype(subtype);
  g_mime_text_part_set_charset(part, kUtf8);
  g_mime_text_part_set_text(part, text.c_str());
  // Whichever is shorter; never as it is, since servers may not take eight bits or long lines.
  size_t high = 0;
  for (const char c : text) high += static_cast<unsigned char>(c) >= 0x80;
  g_mime_part_set_content_encoding(GMIME_PART(part), high * 6 > text.size() ? GMIME_CONTENT_ENCODING_BASE64
                                                                            : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return GMIME_OBJECT(part);
}

void SetBody(GMimeMessage* message, const Mail& mail) {
  const Owned<GMimeObject> text(Part("plain", mail.text));
  if (mail.html.empty()) {
    g_mime_message_set_mime_part(message, text.get());
    return;
  }
  const Owned<GMimeObject> html(Part("html", mail.html));
  if (mail.text.empty()) {
    g_mime_message_set_mime_part(message, html.get());
    return;
  }
  const Owned<GMimeMultipart> both(g_mime_multipart_new_with_subtype("alternative"));
  // From the plain to the rich one; a name that depends on the mail alone, so that a second sending is the same bytes.
  g_mime_object_set_content_type_parameter(
      GMIME_OBJECT(both.get()), "boundary",
      ("=_saiten_" + mail.message_id.substr(0, mail.message_id.find('@'))).c_str());
  g_mime_multipart_add(both.get(), text.get());
  g_mime_multipart_add(both.get(), html.get());
  g_mime_message_set_mime_part(message, GMIME_OBJECT(both.get()));
}

}  // namespace

std::string BuildMime(const Mail& mail) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  const Owned<GMimeMessage> message(g_mime_message_new(TRUE));
  const auto address = [&](GMimeAddressType type, const std::string& name, const std::string& mailbox) {
    g_mime_message_add_mailbox(message.get(), type, name.empty() ? nullptr : name.c_str(), mailbox.c_str());
  };
  address(GMIME_ADDRESS_TYPE_FROM, mail.from_name, mail.from);
  address(GMIME_ADDRESS_TYPE_TO, "", mail.to);
  if (!mail.reply_to.empty()) address(GMIME_ADDRESS_TYPE_REPLY_TO, "", mail.reply_to);
  g_mime_message_set_subject(message.get(), mail.subject.c_str(), kUtf8);
  g_mime_message_set_message_id(message.get(), mail.message_id.c_str());
  const std::unique_ptr<GDateTime, void (*)(GDateTime*)> date(g_date_time_new_from_unix_utc(mail.date),
                                                              g_date_time_unref);
  g_mime_message_set_date(message.get(), date.get());
  if (!mail.unsubscribe.empty()) {
    auto* headers = GMIME_OBJECT(message.get());
    // Not folded or encoded: what signs mail and what reads it want the link in one piece.
    g_mime_object_set_header(headers, "List-Unsubscribe", ("<" + mail.unsubscribe + ">").c_str(), nullptr);
    g_mime_object_set_header(headers, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click", nullptr);
  }
  SetBody(message.get(), mail);
  GMimeFormatOptions* format = g_mime_format_options_new();
  g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
  const std::unique_ptr<char, void (*)(void*)> text(g_mime_object_to_string(GMIME_OBJECT(message.get()), format),
                                                    g_free);
  g_mime_format_options_free(format);
  return text == nullptr ? std::string() : std::string(text.get());
}

}  // namespace saiten::outbox
