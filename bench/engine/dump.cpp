#include "bench/engine/dump.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/check.h"
#include "bench/population/columns.h"

namespace saiten::bench {
namespace {

using Json = nlohmann::ordered_json;

void WriteFile(const std::filesystem::path& path, const void* data, size_t bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  SAITEN_CHECK(file.good());
}

class Dumper {
 public:
  explicit Dumper(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }

  void Column(const std::string& table, const std::string& name, const rt::Column& column, Json texts = nullptr) {
    const int bytes = rt::BytesOf(column.width());
    WriteFile(folder_ / (table + "." + name + ".bin"), column.data(), column.size() * static_cast<size_t>(bytes));
    Json entry = {{"table", table},
                  {"name", name},
                  {"type", "i" + std::to_string(bytes)},
                  {"unknown", rt::UnknownOf(column.width())}};
    if (!texts.is_null()) entry["texts"] = std::move(texts);
    columns_.push_back(std::move(entry));
  }
  template <typename T>
  void Numbers(const std::string& table, const std::string& name, const std::vector<T>& values) {
    WriteFile(folder_ / (table + "." + name + ".bin"), values.data(), values.size() * sizeof(T));
    columns_.push_back({{"table", table}, {"name", name}, {"type", "i" + std::to_string(sizeof(T))}});
  }
  void Finish() { std::ofstream(folder_ / "columns.json") << columns_.dump(1) << '\n'; }

 private:
  std::filesystem::path folder_;
  Json columns_ = Json::array();
};

Json TextsOf(const rt::StringPool& pool) {
  Json texts = Json::array();
  for (int32_t code = 0; code < pool.size(); ++code) texts.push_back(std::string(pool.View(code)));
  return texts;
}

}  // namespace

void DumpColumns(const Catalog& catalog, const rt::Dataset& data, const std::filesystem::path& folder, bool events) {
  Dumper dumper(folder);
  for (const char* name : {"industry", "title"}) {
    Json texts = Json::array();
    for (const std::string_view text : name[0] == 'i' ? kIndustries : kTitles) texts.push_back(std::string(text));
    dumper.Column("contacts", name, ColumnNamed(catalog, data, "contact", name), std::move(texts));
  }
  for (const char* name : {"origin", "source", "occupation", "specialization"}) {
    dumper.Column("contacts", name, ColumnNamed(catalog, data, "contact", name),
                  TextsOf(PoolNamed(catalog, data, "contact", name)));
  }
  for (const char* name : {"employees", "time_spent", "created", "company", "do_not_email"}) {
    dumper.Column("contacts", name, ColumnNamed(catalog, data, "contact", name));
  }
  dumper.Column("companies", "employees", ColumnNamed(catalog, data, "company", "employees"));
  for (const char* name : {"email_open", "page_view"}) {
    if (!events) break;
    const rt::EventSeries& series = SeriesNamed(catalog, data, name);
    std::vector<int32_t> contact(series.size());
    std::vector<int32_t> time(series.size());
    for (size_t row = 0; row + 1 < series.offsets.size(); ++row) {
      for (uint32_t i = series.offsets[row]; i < series.offsets[row + 1]; ++i) contact[i] = static_cast<int32_t>(row);
    }
    for (size_t i = 0; i < series.size(); ++i) time[i] = static_cast<int32_t>(series.times[i] / 1'000'000);
    dumper.Numbers(name, "contact", contact);
    dumper.Numbers(name, "time", time);
    dumper.Column(name, "path", series.fields[0], TextsOf(*series.pools[0]));
  }
  dumper.Finish();
}

void DumpAnswers(const std::map<std::string, Answer>& answers, size_t rows, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::vector<int32_t> values(rows);
  for (const auto& [name, answer] : answers) {
    for (size_t row = 0; row < rows; ++row) values[row] = answer(row);
    WriteFile(folder / (name + ".i32"), values.data(), rows * sizeof(int32_t));
  }
}

}  // namespace saiten::bench
