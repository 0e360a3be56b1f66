#include "store/loader.h"

namespace saiten::store {

ValueColumn::ValueColumn(const Catalog& catalog, const PropertyInfo& property, const rt::Zone* zone, bool keep,
                         ErrorSink errors)
    : reader_(catalog, property, zone),
      keep_(keep),
      required_(!property.type.optional && !property.is_key),
      errors_(std::move(errors)) {
  if (keep_ && reader_.type().is(TypeKind::kText)) pool_ = std::make_unique<rt::StringPool>();
}

void ValueColumn::Store(const Reading& reading) {
  switch (reading.kind) {
    case Reading::Kind::kValue:
      if (keep_) values_.Append(reading.value);
      return;
    case Reading::Kind::kText:
      if (keep_) values_.Append(pool_->Intern(reading.text));
      return;
    case Reading::Kind::kUnknown:
    case Reading::Kind::kError:
      AppendUnknown();
      return;
  }
  SAITEN_UNREACHABLE("Reading::Kind");
}

void ValueColumn::AppendUnknown() {
  if (keep_) values_.AppendUnknown();
}

}  // namespace saiten::store
