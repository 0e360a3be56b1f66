#include <utility>

#include "compiler/ast/version_name.h"
#include "compiler/lower/flow_lowerer.h"

// Messages, limits of messages, and what the engine reads of a record by its role.
namespace saiten::lower {

ir::MessageTemplate FlowLowerer::Template(const check::TemplateInfo& info) {
  using check::TemplateLine;
  const ast::TemplateDecl& decl = *info.decl;
  ir::MessageTemplate message;
  message.name = ast::PlainName(decl.name.text);
  if (auto* label = ast::As<ast::TextLit>(decl.meta.label)) message.label = std::string(label->plain());
  message.object = info.object;
  message.message_class = static_cast<ir::MessageClass>(info.message_class);
  if (auto* reason = ast::As<ast::TextLit>(decl.reason)) message.reason = std::string(reason->plain());
  message.laws = info.laws;
  file_ = info.file;
  object_ = info.object;
  if (const ast::TemplateField* from = info[TemplateLine::kFrom]) {
    if (checked().TypeOf(from->value).is(TypeKind::kRef)) {
      message.from_record = Value(from->value);
    } else {
      message.from = Text(from->value);
    }
    message.from_name = Text(from->as);
  }
  const std::pair<TemplateLine, ir::Message*> lines[] = {{TemplateLine::kReplyTo, &message.reply_to},
                                                         {TemplateLine::kSubject, &message.subject},
                                                         {TemplateLine::kBody, &message.body},
                                                         {TemplateLine::kHtml, &message.html},
                                                         {TemplateLine::kSenderInfo, &message.sender_info},
                                                         {TemplateLine::kInquiries, &message.inquiries}};
  for (const auto& [line, text] : lines) {
    if (const ast::TemplateField* field = info[line]) *text = Text(field->value);
  }
  if (const ast::TemplateField* consent = info[TemplateLine::kConsent]) {
    if (auto* purpose = ast::As<ast::TextLit>(consent->value)) message.consent = std::string(purpose->plain());
  }
  return message;
}

ir::Cap FlowLowerer::Cap(const check::CapInfo& info) {
  ir::Cap cap{.message_class = static_cast<ir::MessageClass>(info.message_class), .rates = {}};
  for (const ast::Rate& rate : info.decl->rates) cap.rates.push_back(RateOf(rate));
  cap.defer = info.decl->over != ast::CapDecl::Over::kSkip;
  return cap;
}

void FlowLowerer::Roles(bool all) {
  // Of those who are in flows, get messages or send them.
  std::set<uint32_t> objects;
  for (uint32_t object = 0; all && object < catalog().objects.size(); ++object) objects.insert(object);
  for (const ir::Flow& flow : automation().flows) objects.insert(flow.object.value);
  for (const ir::MessageTemplate& message : automation().messages) {
    objects.insert(message.object.value);
    if (message.from_record) objects.insert(message.from_record.type.ref);
  }
  for (const uint32_t number : objects) {
    const ObjectId object(number);
    std::set<Role> derived;
    for (uint32_t let = 0; let < checked().lets.size(); ++let) {
      const check::LetInfo& info = checked().lets[let];
      const auto role = RoleFromName(info.decl->role.text);
      if (info.object != object || !role || !derived.insert(*role).second) continue;
      file_ = info.file;
      const auto of_let = [&](Lowerer& l, const Scope& scope) { return l.Let(let, scope.frames[0]); };
      automation().roles.push_back({object, *role, Ask(object, of_let)});
    }
    const auto& properties = catalog()[object].properties;
    for (uint32_t p = 0; p < properties.size(); ++p) {
      const Role role = properties[p].role;
      if (role == Role::kNone || derived.contains(role)) continue;
      const auto of_property = [&](Lowerer& l, const Scope& scope) { return l.b_.Load(scope.frames[0], p); };
      automation().roles.push_back({object, role, Ask(object, of_property)});
    }
  }
}

}  // namespace saiten::lower
