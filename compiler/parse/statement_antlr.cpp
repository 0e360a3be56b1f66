#include <RulesParser.h>
#include <antlr4-runtime.h>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "compiler/parse/statement.h"

namespace saiten::parse {
namespace {

using antlr4::ParserRuleContext;

class ItemToken : public antlr4::Token {
 public:
  ItemToken(size_t type, size_t index) : type_(type), index_(index) {}
  std::string getText() const override { return {}; }
  size_t getType() const override { return type_; }
  size_t getLine() const override { return 1; }
  size_t getCharPositionInLine() const override { return index_; }
  size_t getChannel() const override { return DEFAULT_CHANNEL; }
  size_t getTokenIndex() const override { return index_; }
  size_t getStartIndex() const override { return index_; }
  size_t getStopIndex() const override { return index_; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return {}; }

 private:
  size_t type_;
  size_t index_;
};

size_t TypeOf(Kind kind) { return kind == Kind::kEof ? antlr4::Token::EOF : static_cast<size_t>(kind); }

// The items of one statement as ANTLR wants its tokens.
class ItemStream : public antlr4::TokenStream {
 public:
  void Set(const std::vector<Item>& items) {
    tokens_.clear();
    tokens_.reserve(items.size());
    for (const Item& item : items) tokens_.emplace_back(TypeOf(item.kind), tokens_.size());
    index_ = 0;
    reached_ = 0;
  }
  // The furthest token that a prediction looked at.
  size_t reached() const { return reached_; }

  void consume() override {
    if (index_ + 1 < tokens_.size()) ++index_;
  }
  size_t LA(ssize_t i) override {
    const ItemToken& token = At(i);
    reached_ = std::max(reached_, token.getTokenIndex());
    return token.getType();
  }
  antlr4::Token* LT(ssize_t i) override { return &At(i); }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return index_; }
  void seek(size_t index) override { index_ = std::min(index, tokens_.size() - 1); }
  size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return {}; }
  antlr4::Token* get(size_t index) const override { return const_cast<ItemToken*>(&tokens_[index]); }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

 private:
  ItemToken& At(ssize_t i) {
    const ssize_t at = static_cast<ssize_t>(index_) + (i > 0 ? i - 1 : i);
    return tokens_[static_cast<size_t>(std::clamp<ssize_t>(at, 0, static_cast<ssize_t>(tokens_.size()) - 1))];
  }

  std::vector<ItemToken> tokens_;
  size_t index_ = 0;
  size_t reached_ = 0;
};

// Gives up at the first mistake: what it means is found out elsewhere.
class FirstMistake : public antlr4::DefaultErrorStrategy {
 public:
  size_t place = 0;

  [[noreturn]] void recover(antlr4::Parser*, std::exception_ptr error) override { GiveUp(error); }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    place = parser->getCurrentToken()->getTokenIndex();
    throw antlr4::ParseCancellationException();
  }
  void sync(antlr4::Parser*) override {}
  void reportError(antlr4::Parser*, const antlr4::RecognitionException& error) override { Keep(error); }

 private:
  void Keep(const antlr4::RecognitionException& error) {
    if (error.getOffendingToken()) place = error.getOffendingToken()->getTokenIndex();
  }
  [[noreturn]] void GiveUp(const std::exception_ptr&) { throw antlr4::ParseCancellationException(); }
};

// Writes down what the parser reads.
class Recorder : public antlr4::tree::ParseTreeListener {
 public:
  explicit Recorder(ItemStream& stream) : stream_(stream) {}

  void Begin(Tree* tree) {
    tree_ = tree;
    open_.clear();
    if (tree) tree->entries.clear();
  }
  void visitTerminal(antlr4::tree::TerminalNode* node) override {
    if (!tree_ || node->getSymbol()->getType() == antlr4::Token::EOF) return;
    const auto item = static_cast<uint32_t>(node->getSymbol()->getTokenIndex());
    const auto next = static_cast<uint32_t>(tree_->entries.size() + 1);
    tree_->entries.push_back({static_cast<uint16_t>(node->getSymbol()->getType()), true, item, item + 1, next});
    read_ = item + 1;
  }
  void visitErrorNode(antlr4::tree::ErrorNode*) override {}
  void enterEveryRule(ParserRuleContext* context) override {
    if (!tree_) return;
    const auto item = static_cast<uint32_t>(stream_.index());
    read_ = item;
    open_.push_back(static_cast<uint32_t>(tree_->entries.size()));
    tree_->entries.push_back({static_cast<uint16_t>(context->getRuleIndex()), false, item, item, 0});
  }
  void exitEveryRule(ParserRuleContext*) override {
    if (!tree_ || open_.empty()) return;
    Tree::Entry& entry = tree_->entries[open_.back()];
    open_.pop_back();
    entry.item_end = std::max(read_, entry.item);
    entry.end = static_cast<uint32_t>(tree_->entries.size());
  }

 private:
  ItemStream& stream_;
  Tree* tree_ = nullptr;
  std::vector<uint32_t> open_;
  uint32_t read_ = 0;
};

class AmbiguityListener : public antlr4::BaseErrorListener {
 public:
  std::vector<std::string> found;
  void reportAmbiguity(antlr4::Parser* parser, const antlr4::dfa::DFA& dfa, size_t start, size_t stop, bool,
                       const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    found.push_back(parser->getRuleNames()[dfa.atnStartState->ruleIndex] + " items " + std::to_string(start) + ".." +
                    std::to_string(stop));
  }
};

}  // namespace

class StatementParser::Impl {
 public:
  Impl() : parser(&stream), recorder(stream), strategy(std::make_shared<FirstMistake>()) {
    parser.removeErrorListeners();
    parser.setErrorHandler(strategy);
    parser.addParseListener(&recorder);
    parser.setBuildParseTree(false);
  }

  bool Run(Rule entry, const std::vector<Item>& items, Tree* tree, antlr4::atn::PredictionMode mode) {
    stream.Set(items);
    recorder.Begin(tree);
    parser.reset();
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
    try {
      Call(entry);
      return true;
    } catch (const antlr4::ParseCancellationException&) {
      return false;
    }
  }

  // SLL fails on some right input: then, and only then, the full prediction decides.
  bool RunBoth(Rule entry, const std::vector<Item>& items, Tree* tree) {
    return Run(entry, items, tree, antlr4::atn::PredictionMode::SLL) ||
           Run(entry, items, tree, antlr4::atn::PredictionMode::LL);
  }

  ItemStream stream;
  RulesParser parser;
  Recorder recorder;
  std::shared_ptr<FirstMistake> strategy;

 private:
  void Call(Rule entry) {
    struct Row {
      Rule rule;
      void (*run)(RulesParser&);
    };
    static constexpr Row kEntries[] = {
        {Rule::kDeclaration, [](RulesParser& p) { p.declaration(); }},
        {Rule::kCalendarLine, [](RulesParser& p) { p.calendarLine(); }},
        {Rule::kEnumLine, [](RulesParser& p) { p.enumLine(); }},
        {Rule::kPropertyLine, [](RulesParser& p) { p.propertyLine(); }},
        {Rule::kScoreLine, [](RulesParser& p) { p.scoreLine(); }},
        {Rule::kPointRows, [](RulesParser& p) { p.pointRows(); }},
        {Rule::kValueRows, [](RulesParser& p) { p.valueRows(); }},
        {Rule::kGridRows, [](RulesParser& p) { p.gridRows(); }},
        {Rule::kTableRows, [](RulesParser& p) { p.tableRows(); }},
        {Rule::kBandLine, [](RulesParser& p) { p.bandLine(); }},
        {Rule::kRecordLine, [](RulesParser& p) { p.recordLine(); }},
        {Rule::kInterpolation, [](RulesParser& p) { p.interpolation(); }},
        {Rule::kTemplateLine, [](RulesParser& p) { p.templateLine(); }},
        {Rule::kActionLine, [](RulesParser& p) { p.actionLine(); }},
        {Rule::kWorkflowLine, [](RulesParser& p) { p.workflowLine(); }},
        {Rule::kStepRows, [](RulesParser& p) { p.stepRows(); }},
        {Rule::kOutcomeLine, [](RulesParser& p) { p.outcomeLine(); }},
        {Rule::kSplitLine, [](RulesParser& p) { p.splitLine(); }},
        {Rule::kTestLine, [](RulesParser& p) { p.testLine(); }},
    };
    const Row* row = std::ranges::find(kEntries, entry, &Row::rule);
    SAITEN_CHECK(row != std::end(kEntries));
    row->run(parser);
  }
};

StatementParser::StatementParser() : impl_(std::make_unique<Impl>()) {}
StatementParser::~StatementParser() = default;

void StatementParser::Parse(Rule entry, Tree& tree) {
  tree.ok = impl_->RunBoth(entry, tree.items, &tree);
  tree.consumed = 0;
  for (const Tree::Entry& entry : tree.entries) {
    if (entry.is_token) tree.consumed = std::max(tree.consumed, entry.item_end);
  }
  tree.failed_at = static_cast<uint32_t>(tree.ok ? 0 : impl_->strategy->place);
  tree.reached = static_cast<uint32_t>(tree.ok ? 0 : std::max(impl_->strategy->place, impl_->stream.reached()));
}

bool StatementParser::Fits(Rule entry, const std::vector<Item>& items, uint32_t* reached) {
  const bool fits = impl_->Run(entry, items, nullptr, antlr4::atn::PredictionMode::SLL);
  if (reached && !fits) *reached = static_cast<uint32_t>(std::max(impl_->strategy->place, impl_->stream.reached()));
  return fits;
}

std::vector<std::string> StatementParser::AmbiguitiesOf(Rule entry, const std::vector<Item>& items) {
  AmbiguityListener listener;
  impl_->parser.addErrorListener(&listener);
  impl_->Run(entry, items, nullptr, antlr4::atn::PredictionMode::LL_EXACT_AMBIG_DETECTION);
  impl_->parser.removeErrorListeners();
  return listener.found;
}

}  // namespace saiten::parse
