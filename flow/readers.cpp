#include "flow/readers.h"

#include <algorithm>
#include <numeric>

namespace saiten::flow {
namespace {

void KeepUnique(std::vector<uint32_t>& rows) {
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
}

uint32_t RowOf(const Value& relation) { return static_cast<uint32_t>(relation.number); }

}  // namespace

Readers::Readers(World& world) : world_(world) {
  const vm::RunContext& context = world.context();
  paths_.resize(context.catalog().objects.size());
  for (const ir::Kernel& kernel : context.program().kernels) AddPaths(kernel);
  for (std::vector<Path>& paths : paths_) {
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  }
}

void Readers::AddPaths(const ir::Kernel& kernel) {
  const ir::Reads reads = ir::ReadsOf(kernel);
  if (reads.anything) {
    for (std::vector<Path>& paths : paths_) paths.push_back({.reader = kernel.object.value, .all = true, .steps = {}});
    return;
  }
  for (size_t n = 1; n < reads.nodes.size(); ++n) {
    Path path{.reader = kernel.object.value, .all = false, .steps = {}};
    // Nodes stand behind those that lead to them.
    size_t node = n;
    while (node != 0 && !path.all) {
      path.all = true;  // fixed, the same for all: until there is a way
      for (size_t from = 0; from < reads.nodes.size() && path.all; ++from) {
        for (const ir::Reads::Node::Edge& edge : reads.nodes[from].edges) {
          if (edge.to != node || from == node) continue;
          Step step{.kind = edge.way.kind,
                    .from = reads.nodes[node].object.value,
                    .to = reads.nodes[from].object.value,
                    .column = edge.way.column};
          if (step.kind == ir::Way::Kind::kMany) {
            step.column = world_.context().catalog().objects[step.to].properties[edge.way.column].by;
          }
          path.steps.push_back(step);
          path.all = false;
          node = from;
          break;
        }
      }
    }
    if (path.all) path.steps.clear();
    paths_[reads.nodes[n].object.index()].push_back(std::move(path));
  }
}

Readers::Index& Readers::IndexOf(uint32_t object, uint32_t column) {
  Index& index = indexes_[{object, column}];
  const rt::Dataset& data = world_.context().data();
  const uint32_t target = world_.context().catalog().objects[object].properties[column].type.object_id().value;
  if (!index.editor) {
    index.targets = data.tables[target].size;
    index.adjacency = rt::Reverse(data.tables[object].columns[column], index.targets);
    index.editor = std::make_unique<rt::AdjacencyEditor>(index.adjacency);
  }
  for (; index.targets < data.tables[target].size; ++index.targets) index.editor->AddTarget();
  return index;
}

void Readers::Moved(RecordId record, const Changes& changes) {
  for (const auto& [property, values] : changes) {
    if (!indexes_.contains({record.object, property})) continue;
    Index& index = IndexOf(record.object, property);
    if (values.first.known) index.editor->Remove(RowOf(values.first), record.row);
    if (values.second.known) index.editor->Add(RowOf(values.second), record.row);
  }
}

std::vector<uint32_t> Readers::All(uint32_t object) const {
  std::vector<uint32_t> rows(world_.context().data().tables[object].size);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::vector<uint32_t> Readers::Back(const Step& step, const std::vector<uint32_t>& rows) {
  std::vector<uint32_t> back;
  switch (step.kind) {
    case ir::Way::Kind::kToOne: {
      const rt::Adjacency& readers = IndexOf(step.to, step.column).adjacency;
      for (uint32_t row : rows) {
        back.insert(back.end(), readers.rows.begin() + readers.BeginOf(row), readers.rows.begin() + readers.EndOf(row));
      }
      break;
    }
    case ir::Way::Kind::kMany: {
      const rt::Column& relation = world_.context().data().tables[step.from].columns[step.column];
      for (uint32_t row : rows) {
        if (row < relation.size() && relation.Known(row)) back.push_back(static_cast<uint32_t>(relation.Raw(row)));
      }
      break;
    }
    case ir::Way::Kind::kOfEvent:
      back = All(step.to);
      break;
  }
  return back;
}

std::vector<RecordId> Readers::Of(RecordId record, const Changes& changes) {
  std::vector<RecordId> readers;
  for (const Path& path : paths_[record.object]) {
    std::vector<uint32_t> rows = {record.row};
    for (size_t i = 0; i < path.steps.size() && !rows.empty(); ++i) {
      const Step& step = path.steps[i];
      rows = Back(step, rows);
      for (const auto& [property, values] : changes) {
        const bool left = i == 0 && step.kind == ir::Way::Kind::kMany && property == step.column && values.first.known;
        if (left) rows.push_back(RowOf(values.first));
      }
      KeepUnique(rows);
    }
    if (path.all) rows = All(path.reader);
    for (uint32_t row : rows) readers.push_back({path.reader, row});
  }
  std::ranges::sort(readers);
  readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
  return readers;
}

}  // namespace saiten::flow
