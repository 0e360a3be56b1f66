#include <algorithm>
#include <array>

#include "compiler/check/checker.h"

// What comes back from messages, as events (sem G2a): `use std.messages` declares them for every object whose records
// have an address. A project that keeps one in a table of its own declares that one itself.
namespace saiten::check {
namespace {

// Nobody can write this name: it has a blank.
constexpr std::string_view kTemplateEnum = "message template";
// The engine's own table of what came back; its rows say whose and what they are.
constexpr std::string_view kTable = "saiten_message_events";

struct Field {
  std::string_view name;
  std::string_view type;
  bool optional;
};
constexpr std::array<Field, 6> kFields = {{{"email", kTemplateEnum, true},
                                           {"step", "text", true},
                                           {"workflow", "text", true},
                                           {"action", "text", true},
                                           {"url", "text", true},
                                           {"hard", "bool", true}}};

constexpr std::array<std::string_view, 8> kEvents = {"delivered",  "email_open", "email_click", "reply",
                                                     "auto_reply", "bounce",     "unsubscribe", "meeting_booked"};

ast::Name NameAt(std::string_view text, Span span) {
  ast::Name name;
  name.text = text;
  name.span = span;
  return name;
}

bool HasAddress(const ast::ObjectDecl& object) {
  return std::ranges::any_of(object.properties,
                             [](const ast::Property& property) { return property.role.text == "address"; });
}

}  // namespace

bool IsMessageEvent(std::string_view name) { return std::ranges::find(kEvents, name) != kEvents.end(); }

void Checker::AddMessageEvents() {
  ast::File* by = nullptr;
  const ast::Decl* use = nullptr;
  for (const auto& file : program_.files) {
    for (const ast::Decl* decl : file->decls) {
      auto* module = ast::As<ast::UseDecl>(decl);
      const bool ours =
          module && module->path.size() == 2 && module->path[0].text == "std" && module->path[1].text == "messages";
      if (ours && !use) {
        by = file.get();
        use = decl;
      }
    }
  }
  if (!use) return;
  // The messages there are, so that `where email == product_benefits` is checked.
  EnumInfo messages;
  messages.name = std::string(kTemplateEnum);
  messages.origin = EnumInfo::Origin::kTemplates;
  messages.at = {by->id, use->span};
  for (const TemplateInfo& info : program_.templates) {
    const ast::Name& name = info.decl->name;
    if (!name.valid() || messages.Find(name.text) >= 0) continue;
    messages.members.push_back({.name = std::string(name.text), .spellings = {}, .at = {info.file, name.span}});
  }
  // One that is no longer in the rules is no mistake in the data.
  if (messages.Find("other") < 0) messages.members.push_back({.name = "other", .spellings = {}, .at = messages.at});
  catalog().enums.push_back(std::move(messages));

  std::vector<ast::Property> properties;
  for (const Field& field : kFields) {
    ast::Property& property = properties.emplace_back();
    property.name = NameAt(field.name, use->span);
    property.type.name = NameAt(field.type, use->span);
    property.type.optional = field.optional;
    property.type.span = property.span = use->span;
  }
  const auto fields = by->arena.Copy(properties);
  const auto objects = object_decls_;
  for (const auto& [object, file] : objects) {
    if (!object || !object->name.valid() || !HasAddress(*object)) continue;
    for (const std::string_view name : kEvents) {
      const bool own = std::ranges::any_of(event_decls_, [&](const auto& declared) {
        return declared.first->name.text == name && declared.first->of.text == object->name.text;
      });
      if (own) continue;
      auto* decl = by->arena.New<ast::EventDecl>();
      decl->kind = ast::DeclKind::kEvent;
      decl->span = use->span;
      decl->name = NameAt(name, use->span);
      decl->of = NameAt(object->name.text, use->span);
      decl->fields = fields;
      EventInfo info;
      info.name = std::string(name);
      info.message_event = true;
      info.at = {by->id, use->span};
      catalog().events.push_back(std::move(info));
      event_decls_.push_back({decl, by->id});
    }
  }
}

void Checker::PlaceMessageEvent(EventInfo& event) const {
  event.table = std::string(kTable);
  event.engine_kept = true;
  event.owner_column = "record";
  auto only = [&](const char* column, std::string value) {
    event.where.push_back({.column = column, .negated = false, .values = {std::move(value)}, .at = event.at});
  };
  if (event.object.valid()) only("object", catalog()[event.object].name);
  only("event", event.name);
}

}  // namespace saiten::check
