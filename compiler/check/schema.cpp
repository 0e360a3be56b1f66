#include "compiler/check/checker.h"
#include "compiler/check/kept.h"

// Second pass, its order: calendars, objects, events, then which object each list and rule is about.
namespace saiten::check {

void Checker::ResolveSchema() {
  for (size_t i = 0; i < calendar_decls_.size(); ++i) {
    file_ = calendar_decls_[i].second;
    ResolveCalendar(*calendar_decls_[i].first);
  }
  for (size_t i = 0; i < object_decls_.size(); ++i) {
    if (!object_decls_[i].first) continue;
    file_ = object_decls_[i].second;
    ResolveObject(ObjectId(i), *object_decls_[i].first);
  }
  CheckRelations();
  for (size_t i = 0; i < event_decls_.size(); ++i) {
    file_ = event_decls_[i].second;
    ResolveEvent(EventId(i), *event_decls_[i].first);
  }
  AddHistoryEvents();
  if (!program_.flows.empty()) AddReceivedFields(catalog());
  // Lists and rules name objects; so do lets, whose types come when they are first used.
  auto object_of = [&](const ast::Name& name, FileId file) {
    file_ = file;
    auto found = catalog().FindObject(name.text);
    if (found || !name.valid()) return found.value_or(ObjectId());
    ReportUnknownDecl("object", name, NamesOfAll(catalog().objects));
    return ObjectId();
  };
  size_t list = 0;
  for (const auto& file : program_.files) {
    for (const ast::Decl* decl : file->decls) {
      if (auto* l = ast::As<ast::ListDecl>(decl)) catalog().lists[list++].object = object_of(l->of, file->id);
    }
  }
  for (LetInfo& let : program_.lets) {
    if (let.decl->object.valid()) let.object = object_of(let.decl->object, let.file);
  }
  for (ScoreInfo& score : program_.scores) score.object = object_of(score.decl->object, score.file);
  AddPreviousBands();
  for (GridInfo& grid : program_.grids) {
    grid.object = object_of(grid.decl->object, grid.file);
    grid.labels = GridLabels(*grid.decl);
  }
  for (TableInfo& table : program_.tables) {
    table.object = object_of(table.decl->object, table.file);
    FindLabelColumns(table);
  }
  for (SegmentInfo& segment : program_.segments) segment.object = object_of(segment.decl->object, segment.file);
  for (TemplateInfo& message : program_.templates) message.object = object_of(message.decl->object, message.file);
  for (FlowInfo& flow : program_.flows) flow.object = object_of(flow.decl->object, flow.file);
}

}  // namespace saiten::check
