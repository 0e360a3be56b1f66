#include "compiler/format/flat.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace saiten::format {
namespace {

// Items of a line stand apart; fields of a record have a comma between.
std::string BeforeWord(const Statement& statement, const Word& word, bool is_first) {
  if (is_first) return {};
  if (!word.begins_item) return std::string(word.gap, ' ');
  const bool fields = statement.rule == parse::Rule::kRecordLine || statement.rule == parse::Rule::kActionLine;
  return fields ? ", " : "  ";
}

std::optional<std::string> TextOf(const Word& word) {
  if (word.body) return FlatText(*word.body);
  if (word.text.find('\n') != std::string::npos) return std::nullopt;
  return word.text;
}

using parse::Kind;
using parse::Rule;
using Columns = std::vector<Column>;  // by word

bool IsRow(Rule entry) {
  constexpr Rule kRows[] = {Rule::kPointRows, Rule::kValueRows, Rule::kGridRows,
                            Rule::kTableRows, Rule::kStepRows,  Rule::kOutcomeLine};
  return std::ranges::find(kRows, entry) != std::end(kRows);
}

size_t Find(const Statement& statement, Kind kind) {
  return static_cast<size_t>(std::ranges::find(statement.words, kind, &Word::kind) - statement.words.begin());
}

// Types line up, and what stands behind the type and `key`. The other end of a relation has a form of its own.
void SetOfProperty(const Statement& statement, Columns& columns, Column& ends_at) {
  const size_t type = Find(statement, Kind::kColon) + 1;
  if (type >= columns.size()) return;
  columns[type] = Column::kType;
  const bool many = statement.words[type].kind == Kind::kMany && Find(statement, Kind::kBy) < columns.size();
  if (many) return;
  bool is_key = false;
  for (size_t i = type + 1; i < columns.size(); ++i) {
    const Word& word = statement.words[i];
    is_key |= word.kind == Kind::kKey;
    if (word.gap == 0 || word.kind == Kind::kKey || statement.words[i - 1].kind == Kind::kLp) continue;
    columns[i] = Column::kOption;
    return;
  }
  if (!is_key) ends_at = Column::kOption;
}

Columns ColumnsOf(const Statement& statement, Column& ends_at) {
  const std::vector<Word>& words = statement.words;
  Columns columns(words.size() + 1, Column::kNone);
  const auto several = std::ranges::count_if(words, &Word::begins_item) > 1;
  if (several || words.empty()) return columns;
  if (IsRow(statement.rule)) {
    columns[Find(statement, Kind::kArrow)] = Column::kArrow;
  } else if (statement.rule == Rule::kPropertyLine) {
    columns.pop_back();
    SetOfProperty(statement, columns, ends_at);
  } else if (statement.rule == Rule::kEnumLine) {
    columns[Find(statement, Kind::kText)] = Column::kText;
  } else if (statement.rule == Rule::kTemplateLine) {
    columns[1] = Column::kText;
  } else if (statement.rule == Rule::kWorkflowLine && words.front().kind == Kind::kStep) {
    columns[std::min(Find(statement, Kind::kColon) + 1, words.size())] = Column::kStep;
  } else if (statement.rule == Rule::kTestLine && words.front().kind != Kind::kSet && Find(statement, Kind::kAt) == 2) {
    columns[1] = Column::kRecord;
  } else if (statement.rule == Rule::kDeclaration && words.front().kind == Kind::kEvent) {
    columns[Find(statement, Kind::kOf)] = Column::kOf;
    columns[Find(statement, Kind::kBlock)] = Column::kBrace;
  }
  return columns;
}

}  // namespace

std::string Cells::Text() const {
  std::string text;
  for (const Cell& cell : cells) text += std::string(cell.gap, ' ') + cell.text;
  return text;
}

std::optional<Cells> FlatCells(const Statement& statement) {
  Cells flat{.cells = {{}}};
  const Columns columns = ColumnsOf(statement, flat.ends_at);
  for (size_t i = 0; i < statement.words.size(); ++i) {
    const Word& word = statement.words[i];
    if (!word.comments.empty() || word.breaking == Breaking::kAlways) return std::nullopt;
    const std::optional<std::string> text = TextOf(word);
    if (!text) return std::nullopt;
    if (i > 0 && columns[i] != Column::kNone) {
      flat.cells.push_back({.column = columns[i], .text = *text, .gap = word.gap});
    } else {
      flat.cells.back().text += BeforeWord(statement, word, i == 0) + *text;
    }
  }
  return flat;
}

std::optional<std::string> FlatText(const Statement& statement) {
  const std::optional<Cells> cells = FlatCells(statement);
  if (!cells) return std::nullopt;
  return cells->Text();
}

std::optional<std::string> FlatText(const Body& body) {
  const bool commented = !body.below.empty() || !body.head_comment.empty();
  if (commented || body.statements.size() > 1) return std::nullopt;
  if (body.statements.empty()) return "{}";
  const Statement& only = body.statements.front();
  if (body.open || !only.above.empty() || !only.trailing.empty()) return std::nullopt;
  const std::optional<std::string> text = FlatText(only);
  if (!text) return std::nullopt;
  return "{ " + *text + " }";
}

}  // namespace saiten::format
