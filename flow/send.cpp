#include <algorithm>

#include "flow/engine.h"
#include "runtime/hash.h"

// Messages: when they may go out (sem D7, D8, G8); to whom is in reach.cpp.
namespace saiten::flow {
namespace {

// How many sent messages count against a rate at `at`.
int64_t CountAt(const std::vector<SentMessage>& sent, ir::MessageClass message_class, const ir::Rate& rate, int64_t at,
                const rt::Zone& zone) {
  return std::ranges::count_if(sent, [&](const SentMessage& one) {
    if (one.message_class != message_class || one.instant > at) return false;
    if (rate.calendar) return rt::PeriodOf(one.instant, rate.per.unit, zone) == rt::PeriodOf(at, rate.per.unit, zone);
    return at - one.instant < rate.per.count * rt::FixedLength(rate.per.unit);
  });
}

}  // namespace

Local Engine::LocalOf(const Instance& instance) {
  Local local{zone_, world_.context().calendars()};
  const ir::SendWindow& window = FlowOf(instance).window;
  if (!window.zone && window.zone_fallback.empty()) return local;
  const Value name = window.zone ? Ask(window.zone, instance) : Value::Unknown();
  Result<const rt::Zone*> zone = rt::Zone::Find(name.known ? name.text : window.zone_fallback);
  if (!zone.ok()) zone = rt::Zone::Find(window.zone_fallback);  // unknown or no zone at all (sem T2)
  if (zone.ok()) local.zone = *zone;
  return local;
}

int64_t Engine::RoomAt(ir::MessageClass message_class, RecordId to, int64_t from) {
  const std::vector<SentMessage>& sent = state_.sent[to];
  int64_t at = from;
  // A day is counted from here: one whose hour is missing does not change the hour of those behind it.
  int64_t base = from;
  int64_t days = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (const ir::Cap& cap : automation_.caps) {
      if (cap.message_class != message_class) continue;
      for (const ir::Rate& rate : cap.rates) {
        while (CountAt(sent, message_class, rate, at, *zone_) >= rate.count) {
          bool saturated = false;
          moved = true;
          if (rate.calendar) {
            at = rt::MoveInstant(base, ++days, rt::TimeUnit::kDay, *zone_, &saturated);
            continue;
          }
          // Room comes when the earliest that counts is old enough.
          int64_t earliest = kNever;
          const int64_t length = rate.per.count * rt::FixedLength(rate.per.unit);
          for (const SentMessage& one : sent) {
            if (one.message_class == message_class && one.instant <= at && at - one.instant < length) {
              earliest = std::min(earliest, one.instant);
            }
          }
          at = base = earliest + length;
          days = 0;
        }
      }
    }
  }
  return at;
}

void Engine::SendTo(Instance& instance, const ir::SendStep& send, RecordId to, uint32_t loop) {
  const ir::MessageTemplate& message = automation_.messages[send.message];
  const bool self = to == RecordId{instance.object.value, instance.row};
  Fields fields = {{"template", message.name},
                   {"class", std::string(NameOf(message.message_class))},
                   {"to", reach_.AddressOf(to, now_)}};
  if (!self) {
    fields.push_back({"object", world_.context().catalog().objects[to.object].name});
    fields.push_back({"id", world_.context().data().tables[to.object].keys.Spell(to.row)});
  }
  const auto render = [&](const ir::Message& text) { return evaluator_.Render(text, to.row, now_, {}); };
  const auto add = [&](std::string_view name, const ir::Message& text) {
    if (!text.empty()) fields.push_back({name, render(text)});
  };
  if (message.from_record) {
    const Value record = evaluator_.Ask(message.from_record, to.row, now_, {});
    const uint32_t object = message.from_record.type.object_id().value;
    if (record.known)
      fields.push_back({"from", reach_.AddressOf({object, static_cast<uint32_t>(record.number)}, now_)});
  }
  add("from", message.from);
  add("from_name", message.from_name);
  add("reply_to", message.reply_to);
  if (send.subject.empty()) {
    add("subject", message.subject);
  } else {
    const std::span<const Value> inputs = self ? std::span<const Value>(instance.inputs) : std::span<const Value>();
    fields.push_back({"subject", evaluator_.Render(send.subject, to.row, now_, inputs)});
  }
  add("body", message.body);
  add("html", message.html);
  add("sender_info", message.sender_info);
  add("inquiries", message.inquiries);
  Emit(instance, ActionKind::kMail, loop, std::move(fields));
  const bool capped = std::ranges::any_of(
      automation_.caps, [&](const ir::Cap& cap) { return cap.message_class == message.message_class; });
  if (capped) {
    const SentMessage one{now_, message.message_class};
    state_.sent[to].push_back(one);
    state_.messages_out.push_back({to, one});
  }
  ++instance.messages_sent;
}

bool Engine::Send(Instance& instance, const ir::Step& step) {
  const auto& send = std::get<ir::SendStep>(step.body);
  const ir::Flow& flow = FlowOf(instance);
  const ir::MessageTemplate& message = automation_.messages[send.message];
  const uint32_t at_step = instance.step;
  const auto defer = [&](int64_t until, const char* why) {
    LogRow row = Row(instance, RowKind::kDeferred, why);
    row.fields = {{"until", world_.context().catalog().SpellValue(Type::Instant(), until, zone_)}};
    Log(std::move(row));
    instance.waiting = Waiting::kSend;
    instance.due = until;
    return false;
  };
  // An age, so its days have 24 hours (sem T3a).
  const int64_t age = rt::FixedLength(flow.stale_after.unit);
  const int64_t stale = age > 0 ? instance.first_planned + flow.stale_after.count * age
                                : EndOf(flow.stale_after, instance.first_planned, local());
  if (flow.stale_after && now_ >= stale) {
    instance.NoteMessage(at_step, false);
    Log(Row(instance, RowKind::kSkipped, "stale"));
    GoOn(instance, step.next);
    return true;
  }
  const int64_t open = NextOpen(WindowOf(instance), now_, LocalOf(instance));
  if (open > now_) {
    const int64_t spread = flow.window.spread ? EndOf(flow.window.spread, 0, {rt::Zone::Utc(), {}}) : 0;
    const std::string unit = world_.context().data().tables[instance.object.index()].keys.Spell(instance.row);
    const int64_t bucket = rt::BucketOf(flow.name + "\x1F" + step.name, unit);
    return defer(open + bucket * (spread / rt::kBuckets) + bucket * (spread % rt::kBuckets) / rt::kBuckets, "window");
  }
  const auto skip = [&](std::string_view why, RecordId to, std::string_view saw) {
    LogRow row = Row(instance, RowKind::kSkipped, std::string(why));
    row.fields.push_back({"template", message.name});
    if (to != RecordId{instance.object.value, instance.row}) {
      row.fields.push_back({"object", world_.context().catalog().objects[to.object].name});
      row.fields.push_back({"id", world_.context().data().tables[to.object].keys.Spell(to.row)});
    }
    if (!saw.empty()) row.fields.push_back({"saw", saw});
    Log(std::move(row));
  };
  struct Target {
    RecordId record;
    std::string why_not;
    int64_t room = 0;
  };
  std::vector<Target> targets;
  std::vector<Value> inputs = instance.inputs;
  int64_t room = now_;
  for (RecordId to : Targets(instance, send.to)) {
    if (send.where) {
      inputs[ir::Flow::kTargetInput] = Value::Of(static_cast<int64_t>(to.row));
      if (!evaluator_.Holds(send.where, instance.row, now_, inputs)) continue;
    }
    Target& target = targets.emplace_back(to, std::string(reach_.WhyNot(to, message, flow.consent, now_)), now_);
    if (target.why_not.empty()) target.room = RoomAt(message.message_class, to, now_);
    room = std::max(room, target.room);
  }
  if (room > now_) {
    // Of several nobody gets it before all can: the step runs once, so nobody can get it twice.
    const auto cap = std::ranges::find(automation_.caps, message.message_class, &ir::Cap::message_class);
    if (cap->defer) return defer(room, "cap");
  }
  if (instance.waiting == Waiting::kSend && !PassesGuard(instance, step)) return true;
  bool any = false;
  std::string refused;
  uint32_t loop = 0;
  for (const Target& target : targets) {
    if (!target.why_not.empty()) {
      refused = target.why_not;
      skip(refused, target.record, reach_.Saw(refused, target.record, now_));
    } else if (target.room > now_) {
      skip("cap", target.record, "room from = " + SpellInstant(target.room));
    } else {
      SendTo(instance, send, target.record, loop++);
      any = true;
    }
  }
  instance.NoteMessage(at_step, any);
  // One that cannot be reached ends in a sequence (sem G5).
  if (!any && flow.sequence && !refused.empty()) {
    End(instance,
        refused == "bounced" || refused == "no address" ? InstanceStatus::kBounced : InstanceStatus::kUnsubscribed);
    return false;
  }
  GoOn(instance, step.next);
  return true;
}

}  // namespace saiten::flow
