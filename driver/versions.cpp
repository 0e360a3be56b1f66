#include "driver/versions.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/analyse/old_version.h"
#include "compiler/ast/version_name.h"
#include "compiler/check/check.h"
#include "compiler/parse/parse.h"
#include "driver/handover.h"
#include "driver/seen.h"
#include "stdlib/records.h"
#include "store/sqlite/sqlite.h"

namespace saiten::driver {
namespace {

using Files = std::vector<std::unique_ptr<ast::File>>;

// The first error, with the words that it stands at.
Text WhyNot(const diag::Sink& sink, const SourceSet& sources) {
  for (const diag::Diagnostic& each : sink.all()) {
    if (diag::InfoOf(each.code).severity != diag::Severity::kError) continue;
    const SourceFile& file = sources[each.at.file];
    const LineColumn at = file.LineColumnOf(each.at.span.begin);
    const std::string place = fmt::format("{}:{}", file.path(), at.line);
    return {fmt::format("{} ({})", diag::Message(each, Language::kEnglish), place),
            fmt::format("{}({})", diag::Message(each, Language::kJapanese), place)};
  }
  return {};
}

class Adding {
 public:
  Adding(Compiled& compiled, const std::vector<WantedVersion>& wanted) : compiled_(compiled) {
    for (size_t i = 0; i < compiled.own_sources; ++i) {
      const SourceFile& file = compiled.sources[FileId(i)];
      sources_.Add(file.path(), std::string(file.text()));
    }
    for (const TemplateName& name : compiled.checked.templates) messages_.emplace(name.decl->name.text);
    for (const WantedVersion& each : wanted) Add(each);
  }

  void Finish() {
    if (!files_.empty()) Join();
    compiled_.old_versions = std::move(versions_);
  }

 private:
  using TemplateName = check::TemplateInfo;

  check::CheckOptions Options() const { return {.currency = compiled_.project.config.config.currency}; }

  void Add(const WantedVersion& wanted) {
    const auto& flows = compiled_.lowered->automation.flows;
    const auto newest = std::ranges::find(flows, wanted.flow, &ir::Flow::name);
    const bool needed = newest != flows.end() && newest->version != wanted.version &&
                        newest->in_flight != ir::Flow::InFlight::kEnd && !wanted.rules->files.empty();
    if (!needed) return;
    OldVersion version{.flow = wanted.flow, .version = wanted.version, .index = 0, .why = {}};
    version.index = static_cast<uint32_t>(newest - flows.begin());
    diag::Sink sink;
    check::CheckedProgram checked =
        check::Check(FilesOf(*wanted.rules, sink), sources_, stdlib::Records(), Options(), sink);
    const auto flow =
        std::ranges::find(checked.flows, wanted.flow, [](const check::FlowInfo& info) { return info.decl->name.text; });
    if (sink.has_errors() || flow == checked.flows.end()) {
      version.why = WhyNot(sink, sources_);
    } else {
      const ast::Decl& root = *flow->decl;
      const std::string suffix = fmt::format("{}.{}", wanted.version.substr(0, 8), versions_.size() + 1);
      Files files = analyse::TakeOldVersion(std::move(checked), root, compiled_.checked, suffix, messages_);
      if (!files.empty())
        by_name_.emplace(fmt::format("{}{}{}", wanted.flow, ast::kVersionSign, suffix), versions_.size());
      for (auto& file : files) files_.push_back(std::move(file));
    }
    versions_.push_back(std::move(version));
  }

  // The schema of now with what the older rules make of it.
  Files FilesOf(const flow::RulesText& rules, diag::Sink& sink) {
    Files files = Own(sink);
    for (auto& file : files) {
      std::erase_if(file->decls, [](const ast::Decl* decl) { return !analyse::IsSchema(decl->kind); });
    }
    const auto [at, fresh] = texts_.try_emplace(rules.hash);
    for (const auto& [path, text] : fresh ? rules.files : decltype(rules.files)()) {
      at->second.push_back(sources_.Add(path, text));
    }
    for (FileId id : at->second) {
      files.push_back(Parse(sources_[id], id, sink));
      std::erase_if(files.back()->decls, [](const ast::Decl* decl) { return !analyse::IsVersioned(decl->kind); });
    }
    return files;
  }

  Files Own(diag::Sink& sink) const {
    Files files;
    for (size_t i = 0; i < compiled_.own_sources; ++i) files.push_back(Parse(sources_[FileId(i)], FileId(i), sink));
    return files;
  }

  void Join() {
    diag::Sink sink;
    Files files = Own(sink);
    for (auto& file : files_) files.push_back(std::move(file));
    check::CheckedProgram checked = check::Check(std::move(files), sources_, stdlib::Records(), Options(), sink);
    if (sink.has_errors()) {
      for (OldVersion& version : versions_) {
        if (version.why.en.empty()) version.why = WhyNot(sink, sources_);
      }
      return;
    }
    compiled_.lowered.reset();
    compiled_.checked = std::move(checked);
    compiled_.sources = std::move(sources_);
    lower::LowerResult lowered = lower::Lower(compiled_.checked, {.extras = HandoverDates(compiled_.checked)});
    auto& flows = lowered.automation.flows;
    for (uint32_t i = 0; i < flows.size(); ++i) {
      const auto old = by_name_.find(compiled_.checked.flows[i].decl->name.text);
      if (old == by_name_.end()) continue;
      OldVersion& version = versions_[old->second];
      ir::Flow& flow = flows[i];
      flow.newest = static_cast<uint32_t>(std::ranges::find(flows, version.flow, &ir::Flow::name) - flows.begin());
      flow.version = version.version;
      flow.triggers.clear();
      flow.existing_enrol = false;
      flow.publish_fires = false;
      version.index = i;
    }
    const std::string breach = ir::Verify(lowered.program) + ir::Verify(lowered.program, lowered.automation);
    SAITEN_CHECK(breach.empty());
    NameInputs(compiled_, lowered);
    compiled_.lowered = std::move(lowered);
  }

  Compiled& compiled_;
  SourceSet sources_;
  std::set<std::string> messages_;
  std::map<std::string, std::vector<FileId>> texts_;    // by hash of the rules
  std::map<std::string, size_t, std::less<>> by_name_;  // names of flows as in the joined program
  std::vector<OldVersion> versions_;
  Files files_;
};

}  // namespace

flow::RulesText RulesTextOf(const Compiled& compiled) {
  flow::RulesText rules{.hash = compiled.rules_hash, .files = {}};
  for (size_t i = 0; i < compiled.own_sources; ++i) {
    const SourceFile& file = compiled.sources[FileId(i)];
    rules.files.emplace_back(file.path(), file.text());
  }
  return rules;
}

void AddOldVersions(Compiled& compiled, const std::vector<WantedVersion>& wanted) {
  SAITEN_CHECK(compiled.lowered && compiled.old_versions.empty());
  Adding(compiled, wanted).Finish();
}

Status AddKeptVersions(Compiled& compiled, const std::string& db) {
  SAITEN_ASSIGN_OR_RETURN(store::Connection connection, store::Connection::Open(db, store::OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const std::vector<flow::KeptVersion> kept, flow::ReadVersions(connection));
  std::map<int64_t, flow::RulesText> rules;
  std::vector<WantedVersion> wanted;
  for (const flow::KeptVersion& each : kept) {
    const auto& flows = compiled.lowered->automation.flows;
    const bool now = std::ranges::any_of(
        flows, [&](const ir::Flow& flow) { return flow.name == each.flow && flow.version == each.version; });
    if (now) continue;
    if (!rules.contains(each.rules)) {
      SAITEN_ASSIGN_OR_RETURN(rules[each.rules], flow::ReadRules(connection, each.rules));
    }
    wanted.push_back({each.flow, each.version, &rules[each.rules]});
  }
  AddOldVersions(compiled, wanted);
  return {};
}

flow::VersionPlaces PlacesOf(const Compiled& compiled) {
  flow::VersionPlaces places;
  for (const OldVersion& version : compiled.old_versions) {
    places[{version.flow, version.version}] = {.flow = version.index, .still = !version.why.en.empty()};
  }
  return places;
}

}  // namespace saiten::driver
