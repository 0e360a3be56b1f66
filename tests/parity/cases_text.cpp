#include "runtime/call_context.h"
#include "tests/parity/cases.h"

namespace saiten::parity {

using ir::Builder;
using ir::Op;
using ir::TextTest;
using ir::ValueId;
using namespace contact;  // NOLINT(google-build-using-namespace): the columns' names

namespace {

// Library functions as the standard library has them: one that makes a text, one that may be unknown, one that sees
// unknown arguments, one with many arguments.
constexpr ParamInfo kTextParam[] = {{"text", ParamKind::kText}};

CallValue Twice(const FunctionCall& call) {
  rt::TextStore& texts = *call.context.texts;
  const std::string text(texts.View(call.args[0].value));
  return {texts.Make(text + text), true};
}
CallValue Length(const FunctionCall& call) {
  const auto size = static_cast<int64_t>(call.context.texts->View(call.args[0].value).size());
  return {size, size != 1};
}
CallValue CountKnown(const FunctionCall& call) {
  int64_t known = 0;
  for (const CallValue& arg : call.args) known += arg.known ? 1 : 0;
  return {known, true};
}
CallValue Largest(const FunctionCall& call) {
  int64_t best = call.args[0].value;
  for (const CallValue& arg : call.args) best = std::max(best, arg.value);
  return {best, true};
}
constexpr FunctionRecord kTwice{.name = "twice", .params = kTextParam, .result = ResultRule::kText, .call = &Twice};
constexpr FunctionRecord kLength{
    .name = "length", .params = kTextParam, .result = ResultRule::kInt, .call = &Length, .may_be_unknown = true};
constexpr FunctionRecord kKnown{
    .name = "known", .result = ResultRule::kInt, .call = &CountKnown, .takes_unknown = true};
constexpr FunctionRecord kLargest{.name = "largest", .result = ResultRule::kInt, .call = &Largest};

ValueId Col(Builder& b, uint32_t property) { return b.Load(b.Row(), property); }

}  // namespace

std::vector<Case> TextCases() {
  std::vector<Case> cases;
  const auto add = [&](Op op, std::vector<uint32_t> reads, std::function<ValueId(Builder&)> build) {
    cases.push_back({op, std::move(build), std::move(reads)});
  };
  add(Op::kTextEq, {kTitle, kName}, [](Builder& b) { return b.TextEq(Col(b, kTitle), Col(b, kName)); });
  for (const char* text : {"CEO", "é", ""}) {
    add(Op::kTextEq, {kTitle}, [=](Builder& b) { return b.TextEq(Col(b, kTitle), b.Text(text)); });
  }
  for (TextTest test : {TextTest::kContains, TextTest::kContainsWord, TextTest::kStartsWith, TextTest::kEndsWith}) {
    for (const char* part : {"C", "google", "株", "", "of"}) {
      add(Op::kTextTest, {kTitle}, [=](Builder& b) { return b.TextTest(test, Col(b, kTitle), b.Text(part)); });
    }
    add(Op::kTextTest, {kTitle, kName}, [=](Builder& b) { return b.TextTest(test, Col(b, kTitle), Col(b, kName)); });
  }
  for (const char* pattern : {"/pricing*", "?EO", "*"}) {
    add(Op::kLike, {kTitle}, [=](Builder& b) { return b.Like(Col(b, kTitle), pattern); });
  }
  add(Op::kMatches, {kName}, [](Builder& b) { return b.Matches(Col(b, kName), "(?i)c[et]o|医"); });
  add(Op::kFold, {kTitle}, [](Builder& b) { return b.TextEq(b.Fold(Col(b, kTitle)), b.Text("ceo")); });
  add(Op::kFold, {kTitle, kName}, [](Builder& b) { return b.TextEq(b.Fold(Col(b, kTitle)), b.Fold(Col(b, kName))); });
  // Read from a table by dictionary code, and worked out for each text.
  add(Op::kLift, {kTitle}, [](Builder& b) {
    return b.Lift(Col(b, kTitle), [&](ValueId e) { return b.TextTest(TextTest::kContains, e, b.Text("o")); });
  });
  add(Op::kLift, {kTitle}, [](Builder& b) {
    return b.Lift(Col(b, kTitle), [&](ValueId e) {
      return b.Select(b.Like(e, "*o*"), b.Int(-70'000), b.Call(kLength, Type::Int().Optional(), {e}));
    });
  });
  add(Op::kLift, {kTitle, kHuge}, [](Builder& b) {
    const ValueId huge = Col(b, kHuge);
    return b.Lift(Col(b, kTitle), [&](ValueId e) { return b.Select(b.Like(e, "*o*"), huge, b.Int(3)); });
  });
  add(Op::kLift, {kTitle}, [](Builder& b) {
    const ValueId folded = b.Lift(Col(b, kTitle), [&](ValueId e) { return b.Fold(e); });
    return b.TextEq(folded, b.Text("ceo"));
  });
  add(Op::kCall, {kTitle}, [](Builder& b) {
    const ValueId twice = b.Call(kTwice, Type::Text().Optional(), {Col(b, kTitle)});
    return b.TextEq(twice, b.Text("ceoceo"));
  });
  add(Op::kCall, {kTitle}, [](Builder& b) { return b.Call(kLength, Type::Int().Optional(), {Col(b, kTitle)}); });
  add(Op::kCall, {kTitle, kHuge, kFlag},
      [](Builder& b) { return b.Call(kKnown, Type::Int(), {Col(b, kTitle), Col(b, kHuge), Col(b, kFlag)}); });
  add(Op::kCall, {kTiny, kSmall, kAmount, kHuge, kSure}, [](Builder& b) {
    std::vector<ValueId> args;
    for (uint32_t x : {kTiny, kAmount, kHuge, kSure, kOther, kSteps}) args.push_back(Col(b, x));
    return b.Call(kLargest, Type::Int().Optional(), args);
  });
  return cases;
}

}  // namespace saiten::parity
