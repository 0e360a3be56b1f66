#include <algorithm>
#include <map>

#include "compiler/check/checker.h"
#include "runtime/normalize.h"

// First pass: every declaration gets an id, whatever the order of files and lines; then names that clash are found.
namespace saiten::check {
namespace {

using diag::Code;

// The zone that was meant: by its city, an abbreviation, or with a letter wrong.
std::string NearestZone(const std::string& value) {
  if (value == "JST" || value == "Japan" || value == "東京" || value == "日本") return "Asia/Tokyo";
  for (const char* area : {"Asia/", "Europe/", "America/", "Australia/", "Africa/", "Pacific/"}) {
    if (rt::Zone::Find(area + value)) return area + value;
  }
  return Nearest(value,
                 {"Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Taipei",
                  "Asia/Bangkok", "Asia/Kolkata", "Europe/London", "Europe/Berlin", "Europe/Paris", "America/New_York",
                  "America/Chicago", "America/Los_Angeles", "Australia/Sydney", "Etc/UTC", "UTC"});
}

std::string LabelOf(const ast::Meta& meta) {
  auto* text = ast::As<ast::TextLit>(meta.label);
  return text ? std::string(text->plain()) : std::string();
}

}  // namespace

void Checker::Collect() {
  for (const auto& file : program_.files) {
    file_ = file->id;
    for (const ast::Decl* decl : file->decls) CollectDecl(decl);
  }
  // Scores after all enums, so that enum ids are those of the written order.
  for (const auto& file : program_.files) {
    file_ = file->id;
    for (const ast::Decl* decl : file->decls) {
      if (auto* score = ast::As<ast::ScoreDecl>(decl)) CollectScore(*score);
    }
  }
  AddUserObject();
  AddMessageEvents();
}

std::string Checker::PlainText(const ast::Expr* text) {
  auto* literal = ast::As<ast::TextLit>(text);
  if (!literal) return {};
  if (literal->has_interpolation()) {
    sink_.Report(Code::kNoInterpolation, At(text))
        .Note("write `\\$` for the sign itself", "記号そのものは `\\$` と書きます");
    return {};
  }
  return std::string(literal->plain());
}

void Checker::CollectDecl(const ast::Decl* decl) {
  auto name = [&](std::string space) {
    if (decl->name.valid()) {
      named_.push_back(
          {std::string(decl->name.text), rt::Nfkc(decl->name.text), std::move(space), At(decl->name.span)});
    }
  };
  const std::string text(decl->name.text);
  switch (decl->kind) {
    case ast::DeclKind::kUse:
      break;
    case ast::DeclKind::kTimezone: {
      auto* zone = static_cast<const ast::TimezoneDecl*>(decl);
      const std::string value = PlainText(zone->zone);
      if (!ast::As<ast::TextLit>(zone->zone)) break;
      if (value.empty()) {
        sink_.Report(Code::kBadTimezone, At(zone->zone), {value})
            .Note("leave the line out where no rule needs a zone", "時間帯が要らなければこの行を消してください");
      } else if (!rt::Zone::Find(value)) {
        auto builder = sink_.Report(Code::kBadTimezone, At(zone->zone), {value});
        builder.Note("zones are named like `Asia/Tokyo` or `Europe/Berlin`", "時間帯は `Asia/Tokyo` のように書きます");
        const std::string near = NearestZone(value);
        if (!near.empty()) {
          builder.Fix("write \"" + near + "\"", "\"" + near + "\" と書く", {{At(zone->zone), "\"" + near + "\""}},
                      diag::FixSafety::kUnsafe);
        }
        if (catalog().timezone.empty()) catalog().timezone = value;
      } else if (catalog().timezone.empty()) {
        catalog().timezone = value;
      } else if (catalog().timezone != value) {
        sink_.Report(Code::kTwoTimezones, At(zone->zone), {catalog().timezone, value});
      }
      break;
    }
    case ast::DeclKind::kCalendar:
      name("calendar");
      catalog().calendars.push_back({.name = text, .at = At(decl->name.span)});
      calendar_decls_.push_back({static_cast<const ast::CalendarDecl*>(decl), file_});
      break;
    case ast::DeclKind::kEnum:
      name("enum");
      CollectEnum(*static_cast<const ast::EnumDecl*>(decl));
      break;
    case ast::DeclKind::kObject: {
      name("object");
      ObjectInfo info;
      info.name = text;
      info.label = LabelOf(decl->meta);
      info.docs = std::string(decl->meta.docs);
      info.at = At(decl->name.span);
      catalog().objects.push_back(std::move(info));
      object_decls_.push_back({static_cast<const ast::ObjectDecl*>(decl), file_});
      break;
    }
    case ast::DeclKind::kEvent: {
      name("event");
      EventInfo info;
      info.name = text;
      info.label = LabelOf(decl->meta);
      info.docs = std::string(decl->meta.docs);
      info.at = At(decl->name.span);
      catalog().events.push_back(std::move(info));
      event_decls_.push_back({static_cast<const ast::EventDecl*>(decl), file_});
      break;
    }
    case ast::DeclKind::kList: {
      name("segment or list");
      auto* list = static_cast<const ast::ListDecl*>(decl);
      ListInfo info{.name = text,
                    .label = LabelOf(decl->meta),
                    .object = {},
                    .table = PlainText(list->table),
                    .at = At(decl->name.span)};
      catalog().lists.push_back(std::move(info));
      break;
    }
    case ast::DeclKind::kLet: {
      auto* let = static_cast<const ast::LetDecl*>(decl);
      name(let->object.valid() ? "value of " + std::string(let->object.text) : "value");
      program_.lets.push_back({let, file_, {}, Type::Error()});
      break;
    }
    case ast::DeclKind::kFn:
      name("function");
      program_.fns.push_back({static_cast<const ast::FnDecl*>(decl), file_, {}, Type::Error()});
      break;
    case ast::DeclKind::kScore:
      name("result");
      break;
    case ast::DeclKind::kGrid:
      name("result");
      program_.grids.push_back({static_cast<const ast::GridDecl*>(decl), file_, {}, {}});
      break;
    case ast::DeclKind::kTable: {
      auto* table = static_cast<const ast::TableDecl*>(decl);
      name("value of " + std::string(table->object.text));
      program_.tables.push_back({table, file_, {}, {}});
      break;
    }
    case ast::DeclKind::kSegment:
      name("segment or list");
      segment_index_[static_cast<const ast::SegmentDecl*>(decl)->name.text] =
          static_cast<uint32_t>(program_.segments.size());
      program_.segments.push_back({static_cast<const ast::SegmentDecl*>(decl), file_, {}});
      break;
    case ast::DeclKind::kTemplate:
      name("template");
      program_.templates.push_back({static_cast<const ast::TemplateDecl*>(decl), file_, {}});
      break;
    case ast::DeclKind::kWorkflow:
    case ast::DeclKind::kSequence:
      name("workflow or sequence");
      program_.flows.push_back({.decl = static_cast<const ast::FlowDecl*>(decl),
                                .file = file_,
                                .sequence = decl->kind == ast::DeclKind::kSequence,
                                .object = {}});
      break;
    case ast::DeclKind::kAction:
      name("action");
      program_.actions.push_back({static_cast<const ast::ActionDecl*>(decl), file_, {}});
      break;
    case ast::DeclKind::kCap:
      program_.caps.push_back({static_cast<const ast::CapDecl*>(decl), file_});
      break;
    case ast::DeclKind::kTest:
      program_.tests.push_back({static_cast<const ast::TestDecl*>(decl), file_, {}});
      break;
    case ast::DeclKind::kCases:
      program_.cases.push_back({static_cast<const ast::CasesDecl*>(decl), file_});
      break;
    case ast::DeclKind::kEvaluate:
      name("evaluation");
      program_.evaluates.push_back({static_cast<const ast::EvaluateDecl*>(decl), file_, 0});
      break;
  }
}

void Checker::CollectEnum(const ast::EnumDecl& decl) {
  EnumInfo info;
  info.name = std::string(decl.name.text);
  info.label = LabelOf(decl.meta);
  info.ordered = decl.ordered;
  info.forward_only = decl.forward_only;
  info.at = At(decl.name.span);
  std::map<std::string, std::pair<std::string, Location>> taken;  // NFKC spelling -> member
  for (const ast::EnumMember& member : decl.members) {
    if (!member.name.valid()) continue;
    if (const int twice = info.Find(member.name.text); twice >= 0) {
      sink_.Report(Code::kNameClash, At(member.name.span), {std::string(member.name.text)})
          .Other(info.members[static_cast<size_t>(twice)].at, "first here", "最初はここです");
    }
    EnumMember& added = info.members.emplace_back();
    added.name = std::string(member.name.text);
    added.at = At(member.name.span);
    auto take = [&](const std::string& spelling, Span span) {
      auto [at, fresh] = taken.try_emplace(rt::Nfkc(spelling), added.name, At(span));
      if (fresh || at->second.first == added.name) return;
      sink_.Report(Code::kSpellingClash, At(span), {spelling, at->second.first, added.name})
          .Other(at->second.second, "it stands here too", "こちらにもあります");
    };
    take(added.name, member.name.span);
    for (const ast::Expr* spelling : member.spellings) {
      added.spellings.push_back(PlainText(spelling));
      if (spelling) take(added.spellings.back(), spelling->span);
    }
  }
  catalog().enums.push_back(std::move(info));
}

void Checker::CollectScore(const ast::ScoreDecl& decl) {
  ScoreInfo info{&decl, file_, {}, {}};
  if (decl.bands) {
    std::vector<Label> labels;
    for (const ast::Band& band : decl.bands->bands) {
      auto twice = std::ranges::find(labels, band.name.text, [](const Label& label) { return label.name.text; });
      if (twice != labels.end()) {
        sink_.Report(Code::kNameClash, At(band.name.span), {std::string(band.name.text)})
            .Other(At(twice->name.span), "first here", "最初はここです");
      }
      labels.push_back({band.name, band.label});
    }
    info.bands = MakeLabels(EnumInfo::Origin::kBands, decl.bands->name, labels);
    named_.push_back(
        {std::string(decl.bands->name.text), rt::Nfkc(decl.bands->name.text), "result", At(decl.bands->name.span)});
  }
  program_.scores.push_back(info);
}

void Checker::FindClashes() {
  // Properties, relations, scores, bands, grids and lets of one object share one name space; results and global lets
  // are in that of every object.
  auto report = [&](const Named& a, const Named& b) {
    const bool same = a.name == b.name;
    auto builder = same ? sink_.Report(Code::kNameClash, b.at, {b.name})
                        : sink_.Report(Code::kNameLookalike, b.at, {b.name, a.name});
    builder.Other(a.at, "first here", "最初はここです");
  };
  std::map<std::pair<std::string, std::string>, const Named*> seen;
  for (const Named& named : named_) {
    auto [at, fresh] = seen.try_emplace({named.space, named.lookalike}, &named);
    if (!fresh) report(*at->second, named);
  }
  std::map<std::string, const Named*> values;
  for (const Named& named : named_) {
    if (named.space == "value" || named.space == "result") values.emplace(named.lookalike, &named);
  }
  for (const Named& named : named_) {
    if (named.space == "value") {
      auto result = seen.find({"result", named.lookalike});
      if (result != seen.end()) report(*result->second, named);
    }
    if (named.space.starts_with("value of ")) {
      auto other = values.find(named.lookalike);
      if (other != values.end()) report(*other->second, named);
    }
  }
  for (const ObjectInfo& object : catalog().objects) {
    std::map<std::string, Named> own;
    for (const PropertyInfo& property : object.properties) {
      const Named named{property.name, rt::Nfkc(property.name), "", property.at};
      auto [at, fresh] = own.try_emplace(named.lookalike, named);
      if (!fresh) {
        report(at->second, named);
        continue;
      }
      for (const std::string& space : {std::string("value"), std::string("result"), "value of " + object.name}) {
        auto other = seen.find({space, named.lookalike});
        if (other != seen.end()) report(named, *other->second);
      }
    }
  }
}

}  // namespace saiten::check
