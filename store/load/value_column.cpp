#include "store/load/value_column.h"

namespace saiten::store {

ValueColumn::ValueColumn(const Catalog& catalog, const PropertyInfo& property, const rt::Zone* zone, bool keep,
                         ErrorSink errors)
    : reader_(catalog, property, zone),
      keep_(keep),
      required_(!property.type.optional && !property.is_key),
      errors_(std::move(errors)) {
  if (keep_ && reader_.type().is(TypeKind::kText)) pool_ = std::make_unique<rt::StringPool>();
}

void ValueColumn::AppendUnknown() {
  if (keep_) values_.AppendUnknown();
}

void ValueColumn::Append(ValueColumn& part) {
  if (!keep_) return;
  if (values_.size() == 0) {
    values_ = std::move(part.values_);
    pool_ = std::move(part.pool_);
    return;
  }
  const rt::Column values = part.Finish();
  if (pool_ == nullptr) {
    values_.AppendAll(values);
    return;
  }
  std::vector<int32_t> codes;
  codes.reserve(static_cast<size_t>(part.pool_->size()));
  for (int32_t code = 0; code < part.pool_->size(); ++code) codes.push_back(pool_->Intern(part.pool_->View(code)));
  part.pool_.reset();
  values_.AppendAll(values, &codes);
}

}  // namespace saiten::store
