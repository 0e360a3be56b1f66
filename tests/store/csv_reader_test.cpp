#include "store/import/csv_reader.h"

#include <random>

#include "tests/store/support.h"

namespace saiten {
namespace {

using store::ByteSource;
using store::CsvReader;
using store::CsvRecord;

// All records of a file, each as `line: field|field`, with a mark where its quotes are wrong.
std::string ReadAll(const std::string& path, char delimiter = ',') {
  auto source = ByteSource::Open(path, "");
  EXPECT_TRUE(source.ok()) << source.error().message;
  CsvReader reader(std::move(*source));
  reader.SetDelimiter(delimiter);
  std::string out;
  CsvRecord record;
  while (true) {
    auto more = reader.Next(&record);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) return out;
    out += std::to_string(record.line) + ":";
    for (std::string_view field : record.fields) out += " <" + std::string(field) + ">";
    out += record.fault == CsvRecord::Fault::kNone ? "\n" : " bad\n";
  }
}

class CsvReaderTest : public testing::Test {
 protected:
  std::string Read(const std::string& text, char delimiter = ',') {
    test::WriteFile(path_, text);
    return ReadAll(path_, delimiter);
  }
  test::TempDir dir_;
  std::string path_ = dir_ / "x.csv";
};

TEST_F(CsvReaderTest, QuotesAndLineEnds) {
  EXPECT_EQ(Read("a,b\n1,2"), "1: <a> <b>\n2: <1> <2>\n");
  EXPECT_EQ(Read("a,\r\n,\r\n"), "1: <a> <>\n2: <> <>\n");
  EXPECT_EQ(Read("a\rb\r"), "1: <a>\n2: <b>\n");
  EXPECT_EQ(Read("\n\na\n\n\nb\n"), "3: <a>\n6: <b>\n");
  EXPECT_EQ(Read("\"a\"\"b\",\"c\nd\",\"\"\ne\"f\",g"), "1: <a\"b> <c\nd> <>\n3: <e\"f\"> <g>\n");
  EXPECT_EQ(Read("\"\"\n\"\"\"\"\n"), "1: <>\n2: <\">\n");
  EXPECT_EQ(Read("\"a\"b,c\nd,e\n"), "1: <a> <c> bad\n2: <d> <e>\n");
  EXPECT_EQ(Read("a,\"b\nc,d\n"), "1: <a> <b\nc,d\n> bad\n");
  EXPECT_EQ(Read(std::string("a\0b,c\n", 6)), std::string("1: <a\0b> <c>\n", 13));
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("a;b\tc", ';'), "1: <a> <b\tc>\n");
}

// Fields that hold everything, in a file of many buffers: what comes back is what was written.
TEST_F(CsvReaderTest, RoundTripAcrossBuffers) {
  std::mt19937 random(7);
  constexpr const char* kPieces[] = {"a", "\"", ",", "\n", "\r\n", "田", "", " ", "1.5"};
  std::string text;
  std::string expected;
  uint64_t line = 1;
  while (text.size() < 3'000'000) {
    expected += std::to_string(line) + ":";
    const int fields = 2 + static_cast<int>(random() % 4);
    for (int i = 0; i < fields; ++i) {
      std::string field;
      const int pieces = random() % 1000 == 0 ? 60'000 : static_cast<int>(random() % 6);
      for (int p = 0; p < pieces; ++p) field += kPieces[random() % std::size(kPieces)];
      std::string quoted = "\"";
      for (char c : field) {
        quoted += c;
        if (c == '"') quoted += c;
        if (c == '\n') ++line;
      }
      const bool plain = field.find_first_of("\",\r\n") == std::string::npos && random() % 2 == 0;
      text += (i == 0 ? "" : ",") + (plain ? field : quoted + "\"");
      expected += " <" + field + ">";
    }
    text += random() % 2 == 0 ? "\n" : "\r\n";
    expected += "\n";
    ++line;
  }
  EXPECT_TRUE(Read(text) == expected);
}

}  // namespace
}  // namespace saiten
