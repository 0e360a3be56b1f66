#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/parse/context.h"

namespace saiten::parse {

// A statement that could not be read, as those see it who look for what was meant. A function below that recognises its
// mistake reports it, changes the items to what was meant, and says so.
class Attempt {
 public:
  Attempt(Context& context, Rule entry, Tree& tree) : context_(context), entry_(entry), tree_(tree) {}

  Context& context() { return context_; }
  Reporter& reporter() { return context_.reporter(); }
  Rule entry() const { return entry_; }
  std::vector<Item>& items() { return tree_.items; }
  // The item that did not fit.
  size_t at() const { return tree_.failed_at; }
  bool at_end() const { return KindAt(0) == Kind::kEof; }
  // The kind of the item `offset` behind it; kNil outside of the statement.
  Kind KindAt(int offset) const;
  Span SpanAt(int offset) const;
  std::string TextAt(int offset) const;
  // Just behind the last word of the statement.
  Span End() const;

  // How well these items would be read: 0 no better than now, 1 further, 2 to the end. Costs a run of the parser.
  int Gain(const std::vector<Item>& changed);  // against Tree::reached
  // The same with one item read as `kind`.
  int GainAs(Kind kind, int offset = 0);
  std::vector<Item> With(size_t at, size_t remove, std::initializer_list<Kind> put) const;
  void Use(std::vector<Item> changed) { tree_.items = std::move(changed); }
  void UseKind(Kind kind, int offset = 0) {
    tree_.items[static_cast<size_t>(static_cast<int64_t>(at()) + offset)].kind = kind;
  }

  // `found` is written `want` here.
  void SayWritten(Span span, std::string_view want, diag::FixSafety safety = diag::FixSafety::kSafe);
  diag::Edit Insert(uint32_t offset, std::string text) { return reporter().Replace({offset, offset}, std::move(text)); }

 private:
  Context& context_;
  Rule entry_;
  Tree& tree_;
};

enum class Verdict : uint8_t {
  kNo,     // another mistake
  kFixed,  // reported, and the items are what was meant
  kTold,   // reported; what was meant is not known
};
// Each knows one kind of mistake.
using Mistake = Verdict (*)(Attempt& attempt);

// Words and signs that stand for others (mistakes_word.cpp).
Verdict IsWrongSign(Attempt& attempt);  // `=` for `==`, `if` for `when`, `=>` for `>=` ...
Verdict IsEarlierWrongSign(Attempt& attempt);
Verdict IsEarlierMisspelt(Attempt& attempt);
Verdict IsMisspelt(Attempt& attempt);        // `wehn`, `AND`, `elseif`
Verdict IsReservedName(Attempt& attempt);    // a property called `count`
Verdict IsTestForUnknown(Attempt& attempt);  // `x == unknown`, `is null`, `is not known`
// Numbers and tests (mistakes_value.cpp).
Verdict IsGluedPoints(Attempt& attempt);     // `a+5`, `a -5`
Verdict IsBareNumber(Attempt& attempt);      // `15 when x`, `linear 25 every`
Verdict IsMissingUnit(Attempt& attempt);     // `in last 30`
Verdict IsChained(Attempt& attempt);         // `0 < x < 5`
Verdict IsLateNot(Attempt& attempt);         // `x not contains y`
Verdict IsMoneyBackwards(Attempt& attempt);  // `5_000 JPY`
Verdict IsSpacedClocks(Attempt& attempt);    // `09:00 - 18:00`
Verdict IsBareDecimal(Attempt& attempt);     // `.5`
Verdict IsUnquoted(Attempt& attempt);        // `from contacts`
Verdict IsQuoted(Attempt& attempt);          // `score "fit" for`
// Forms of other languages, found anywhere in the statement (mistakes_form.cpp, mistakes_phrase.cpp).
Verdict IsListInBrackets(Attempt& attempt);            // `in (A, B)`, `in A, B`
Verdict IsThousands(Attempt& attempt);                 // `1,000`
Verdict IsCallOfIf(Attempt& attempt);                  // `IF(a, 15, 0)`
Verdict IsRangeWithDash(Attempt& attempt);             // `7-8 => +3`
Verdict IsCommaBetweenRows(Attempt& attempt);          // `{ A => +5, B => +3 }`
Verdict IsTrailingComma(Attempt& attempt);             // `+5 when x,`
Verdict IsPerWithExpression(Attempt& attempt);         // `per E(x == 1)`, `per count(E)`
Verdict IsSpacedPoints(Attempt& attempt);              // `+ 15 when x`
Verdict IsAggregateWithoutBrackets(Attempt& attempt);  // `count page_view`
Verdict IsAggregateOfRest(Attempt& attempt);           // `exists page_view where x`
Verdict IsWindowBehindComparison(Attempt& attempt);    // `count(E) >= 3 in last 30 days`
Verdict IsWindowOfEvent(Attempt& attempt);             // `page_view in last 30 days >= 3`, `no E for 30 days`
Verdict IsGroupWithoutKind(Attempt& attempt);          // `in vip`
Verdict IsAgo(Attempt& attempt);                       // `30 days ago`
Verdict IsNeverBeen(Attempt& attempt);                 // `has never been X`
Verdict IsGroupWithoutName(Attempt& attempt);          // `group max 20 { }`
Verdict IsNameOfWords(Attempt& attempt);               // `segment hot leads for`
Verdict IsPhrase(Attempt& attempt);                    // `for each`, `in the last`
Verdict IsTestForm(Attempt& attempt);                  // `expect c in g`
Verdict IsLimitWithSign(Attempt& attempt);             // `max: 20`
// Parts in another order, or without brackets (mistakes_rule.cpp).
Verdict IsRuleBackwards(Attempt& attempt);         // `when x then +5`, `x => +5`, `add 5 when x`
Verdict IsUnless(Attempt& attempt);                // `+5 when x unless y`
Verdict IsNamedRule(Attempt& attempt);             // `hot: +5 when x`
Verdict IsCaseRow(Attempt& attempt);               // `case IT => +5`
Verdict IsPrimaryKey(Attempt& attempt);            // `id: int primary key`
Verdict IsDecayWithoutKind(Attempt& attempt);      // `decay 25% every 30 days`
Verdict IsConditionInBlock(Attempt& attempt);      // `segment old for contact { age > 50 }`
Verdict IsLabelBehindFor(Attempt& attempt);        // `score s for contact "Label" {`
Verdict IsTableWithoutBrackets(Attempt& attempt);  // `by stage gives level`
// Something left out or too much (mistakes_shape.cpp).
Verdict IsMissing(Attempt& attempt);
Verdict IsSuperfluous(Attempt& attempt);
// When nothing else is known: what may stand in such a place.
void SayWhatFits(Attempt& attempt);

}  // namespace saiten::parse
