#include "store/snapshot/snapshot.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/memory_limit.h"
#include "store/snapshot/layout.h"
#include "tests/store/describe.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::Container;
using store::ContainerKind;
using store::ContainerWriter;
using store::DataErrors;
using store::LoadedData;
using store::Snapshot;
using test::RunSql;

constexpr int64_t kRunAt = 1'782'000'000'000'000;

// A schema with everything that a snapshot holds, and rows with everything that can be wrong.
class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    company_ = schema_.Object("company", "companies", Type::Text());
    contact_ = schema_.Object("contact", "contacts");
    const EnumId industry = schema_.Enum("Industry", {{.name = "IT"}, {.name = "Finance"}});
    schema_.Property(company_, "name", Type::Text().Optional());
    email_ = schema_.Property(contact_, "email", Type::Text().Optional());
    industry_ = schema_.Property(contact_, "industry", Type::Enum(industry).Optional());
    size_ = schema_.Property(contact_, "size", Type::Int());
    at_ = schema_.Property(contact_, "company", Type::Ref(company_).Optional());
    schema_.Many(company_, "contacts", contact_, at_);
    open_ = schema_.Event("open", contact_, "opens");
    schema_.Field(open_, "path", Type::Text().Optional());
    schema_.Field(open_, "n", Type::Int().Optional());
    schema_.List("vip", contact_, "vips");
    std::string sql =
        "BEGIN; CREATE TABLE companies(id TEXT, name); CREATE TABLE contacts(id INTEGER PRIMARY KEY, email, industry, "
        "size, "
        "company_id); CREATE TABLE opens(contact_id, time, path, n); CREATE TABLE vips(contact_id);"
        "INSERT INTO companies VALUES('a', '㈱あ'), ('b', NULL), ('c', '(株)あ');";
    for (int i = 1; i <= 200; ++i) {
      const std::string n = std::to_string(i);
      sql += "INSERT INTO contacts VALUES(" + n + ", 'user" + n + "@example.jp', " +
             (i % 7 == 0   ? "'nothing'"
              : i % 2 == 0 ? "'IT'"
                           : "'Finance'") +
             ", " + (i % 50 == 0 ? "NULL" : std::to_string(i * 1000)) + ", " + (i % 3 == 0 ? "'a'" : "'none'") + ");";
      sql += "INSERT INTO opens VALUES(" + std::to_string(i % 40) + ", " + std::to_string(1'780'000'000 + i * 20'000) +
             ", '/p" + std::to_string(i % 9) + "', " + (i % 11 == 0 ? "'x'" : n) + ");";
    }
    sql += "INSERT INTO vips VALUES(3), (4), (999); COMMIT;";
    RunSql(db_, sql);
    all_ = test::NeedAll(schema_.catalog);
    key_ = store::KeyOf(schema_.catalog, nullptr);
  }

  LoadedData Load(const Needs& needs, DataErrors& errors, int64_t now = kRunAt) {
    auto loaded = store::Load(db_, schema_.catalog, needs, {.now = now, .keep_rowids = true}, errors);
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return std::move(*loaded);
  }
  std::string Loaded(const Needs& needs, int64_t now = kRunAt) {
    DataErrors errors;
    const LoadedData data = Load(needs, errors, now);
    return test::Describe(schema_.catalog, data, errors);
  }
  void Write() {
    DataErrors errors;
    const LoadedData data = Load(all_, errors);
    const auto written =
        store::WriteSnapshot(path_, {.key = key_, .state = "state"}, schema_.catalog, all_, data, errors);
    ASSERT_TRUE(written.ok()) << written.error().message;
  }
  // What the snapshot gives; empty: it was refused, or does not hold that.
  std::string Mapped(const Needs& needs, int64_t now = kRunAt) {
    auto snapshot = Snapshot::Open(path_);
    if (!snapshot.ok() || !snapshot->has_value()) return "";
    DataErrors errors;
    auto data = (*snapshot)->Map(schema_.catalog, needs, now, errors);
    if (!data.ok() || !data->has_value()) return "";
    return test::Describe(schema_.catalog, **data, errors);
  }

  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  std::string path_ = store::SnapshotPathOf(db_);
  test::CatalogBuilder schema_;
  ObjectId company_, contact_;
  uint32_t email_ = 0, industry_ = 0, size_ = 0, at_ = 0;
  EventId open_;
  Needs all_;
  store::SnapshotKey key_;
};

TEST_F(SnapshotTest, GivesBackWhatWasRead) {
  Write();
  EXPECT_EQ(Mapped(all_), Loaded(all_));
  auto snapshot = Snapshot::Open(path_);
  ASSERT_TRUE(snapshot.ok() && snapshot->has_value());
  EXPECT_EQ((*snapshot)->stamp().key, key_);
  EXPECT_EQ((*snapshot)->stamp().state, "state");
}

TEST_F(SnapshotTest, CountsTheFutureByTheClockOfTheRun) {
  Write();
  for (const int64_t now : {int64_t{0}, kRunAt - 1'000'000'000'000, kNow + 5'000'000'000'000}) {
    EXPECT_EQ(Mapped(all_, now), Loaded(all_, now));
  }
}

TEST_F(SnapshotTest, ServesFewerNeedsWithTheirErrorsAlone) {
  Write();
  Needs needs;
  needs.objects = {false, true};
  needs.properties.resize(2);
  needs.properties[contact_.index()].resize(schema_.catalog[contact_].properties.size());
  EXPECT_EQ(Mapped(needs), Loaded(needs));
  needs.properties[contact_.index()][email_] = true;
  EXPECT_EQ(Mapped(needs), Loaded(needs));
  needs.properties[contact_.index()][industry_] = true;
  EXPECT_EQ(Mapped(needs), Loaded(needs));
  needs.events = {true};
  needs.fields = {{false, true}};
  EXPECT_EQ(Mapped(needs), Loaded(needs));
  needs.lists = {true};
  EXPECT_EQ(Mapped(needs), Loaded(needs));
  EXPECT_NE(Mapped(needs), "");
}

TEST_F(SnapshotTest, HoldsNoMoreThanItWasLoadedFor) {
  Needs few;
  few.objects = {false, true};
  DataErrors errors;
  const LoadedData data = Load(few, errors);
  ASSERT_TRUE(store::WriteSnapshot(path_, {.key = key_}, schema_.catalog, few, data, errors).ok());
  EXPECT_EQ(Mapped(few), Loaded(few));
  EXPECT_EQ(Mapped(all_), "");
}

TEST_F(SnapshotTest, StaysTrueWhileItsFileGoes) {
  Write();
  auto snapshot = Snapshot::Open(path_);
  ASSERT_TRUE(snapshot.ok() && snapshot->has_value());
  DataErrors errors;
  auto data = (*snapshot)->Map(schema_.catalog, all_, kRunAt, errors);
  ASSERT_TRUE(data.ok() && data->has_value());
  Write();
  std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
  snapshot = std::optional<Snapshot>();
  EXPECT_EQ(test::Describe(schema_.catalog, **data, errors), Loaded(all_));
  EXPECT_EQ(Mapped(all_), "");
  const auto none = Snapshot::Open(path_);
  EXPECT_TRUE(none.ok() && !none->has_value());
}

// Of every section one byte after the other in small steps; ContainerFile.NoticesEveryChangedByte changes each.
TEST_F(SnapshotTest, NoticesChangedBytes) {
  Write();
  const std::string whole = test::ReadFile(path_);
  const std::string right = Mapped(all_);
  std::mt19937 random(7);
  size_t noticed = 0;
  for (size_t at = 0; at < whole.size(); at += 1 + random() % (whole[at] == 0 ? 1000 : 80)) {
    test::ChangeByte(path_, at, static_cast<char>(whole[at] ^ (1 << random() % 8)));
    const std::string mapped = Mapped(all_);
    test::ChangeByte(path_, at, whole[at]);
    // Zeros between sections belong to nothing.
    ASSERT_TRUE(mapped.empty() || (mapped == right && whole[at] == 0)) << at;
    noticed += mapped.empty() ? 1 : 0;
  }
  EXPECT_GT(noticed, 100u);
  EXPECT_EQ(Mapped(all_), right);
}

TEST_F(SnapshotTest, NoticesEveryCut) {
  Write();
  const std::string whole = test::ReadFile(path_);
  for (size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 977) {
    test::WriteFile(path_, whole.substr(0, size));
    ASSERT_EQ(Mapped(all_), "") << size;
  }
  test::WriteFile(path_, whole + "x");
  EXPECT_EQ(Mapped(all_), "");
  test::WriteFile(path_, whole);
  EXPECT_NE(Mapped(all_), "");
}

TEST_F(SnapshotTest, AnotherSchemaHasAnotherKey) {
  const auto same = [&] { return store::KeyOf(schema_.catalog, nullptr) == key_; };
  schema_.At(contact_, email_).label = "メール";
  EXPECT_TRUE(same());
  // What the rules add.
  schema_.Enum("bands", {{.name = "hot"}});
  schema_.catalog.objects[contact_.index()].properties.push_back({.name = "was", .previous_band_of = "fit"});
  EXPECT_TRUE(same());
  const Catalog before = schema_.catalog;
  schema_.At(contact_, email_).column = "mail";
  EXPECT_FALSE(same());
  schema_.catalog = before;
  schema_.At(contact_, size_).type.optional = true;
  EXPECT_FALSE(same());
  schema_.catalog = before;
  schema_.catalog.enums[0].members[1].spellings = {"金融"};
  EXPECT_FALSE(same());
  schema_.catalog = before;
  schema_.At(open_).where.push_back({.column = "type", .values = {"x"}});
  EXPECT_FALSE(same());
  schema_.catalog = before;
  EXPECT_TRUE(same());
  EXPECT_FALSE(store::KeyOf(schema_.catalog, *rt::Zone::Find("Asia/Tokyo")) == key_);
}

TEST(ContainerFile, SaysWhatIsWrong) {
  const test::TempDir dir;
  const std::string path = dir / "folder/file";
  const auto reason = [&](ContainerKind kind, uint32_t version) {
    const auto opened = Container::Open(path, kind, version);
    return opened.ok() ? std::string(opened->has_value() ? "fine" : "none") : opened.error().message;
  };
  EXPECT_EQ(reason(ContainerKind::kRunState, 3), "none");
  {
    auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 3);
    ASSERT_TRUE(writer.ok());
    writer->AddBytes("one", "1");
  }
  // A writer that goes without Finish leaves nothing.
  EXPECT_EQ(reason(ContainerKind::kRunState, 3), "none");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 3);
  ASSERT_TRUE(writer.ok());
  writer->AddBytes("one", "1");
  writer->AddBytes("none", "");
  writer->Add("numbers", rt::Array<int64_t>{1, 2, 3});
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(reason(ContainerKind::kRunState, 3), "fine");
  EXPECT_NE(reason(ContainerKind::kSnapshot, 3).find("for something else"), std::string::npos);
  EXPECT_NE(reason(ContainerKind::kRunState, 2).find("newer"), std::string::npos);
  EXPECT_NE(reason(ContainerKind::kRunState, 4).find("older"), std::string::npos);
  auto opened = Container::Open(path, ContainerKind::kRunState, 3);
  ASSERT_TRUE(opened.ok() && opened->has_value());
  EXPECT_EQ((*opened)->Get<int64_t>("numbers"), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ((*opened)->Get<char>("none").size(), 0u);
  EXPECT_TRUE((*opened)->Verify().ok());
  EXPECT_EQ((*opened)->Get<char>("two").size(), 0u);
  EXPECT_FALSE((*opened)->Verify().ok());
  test::WriteFile(path, "SQLite format 3, and so on, long enough for a header of ours, which it is not. Not at all.");
  EXPECT_NE(reason(ContainerKind::kRunState, 3).find("no file of Saiten's"), std::string::npos);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_NE(reason(ContainerKind::kRunState, 3).find("no file of Saiten's"), std::string::npos);
}

TEST(ContainerFile, NoticesEveryChangedByte) {
  const test::TempDir dir;
  const std::string path = dir / "file";
  auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 3);
  ASSERT_TRUE(writer.ok());
  writer->AddBytes("text", std::string(4'096, 'x'));
  writer->AddBytes("none", "");
  writer->Add("numbers", rt::Array<int64_t>{0, 1, 0});
  ASSERT_TRUE(writer->Finish().ok());
  const std::string whole = test::ReadFile(path);
  const auto fine = [&] {
    auto opened = Container::Open(path, ContainerKind::kRunState, 3, 1);
    if (!opened.ok() || !opened->has_value()) return false;
    for (const char* name : {"text", "none", "numbers"}) (*opened)->Find(name);
    return (*opened)->Verify().ok();
  };
  // Pages: the header, the text, the numbers, the table. What pads a page belongs to nothing.
  const size_t page = store::kPage;
  const auto means_something = [&](size_t at) {
    return at < sizeof(store::ContainerHeader) || (at >= page && at < 2 * page + 3 * sizeof(int64_t)) || at >= 3 * page;
  };
  ASSERT_GT(whole.size(), 3 * page);
  ASSERT_LT(whole.size(), 4 * page);
  for (size_t at = 0; at < whole.size(); ++at) {
    test::ChangeByte(path, at, static_cast<char>(whole[at] ^ (1 << at % 8)));
    ASSERT_EQ(fine(), !means_something(at)) << at;
    test::ChangeByte(path, at, whole[at]);
  }
  EXPECT_TRUE(fine());
}

// What is mapped is not memory of the process until somebody asks to change it, and then only that.
TEST(ContainerFile, CountsAsMemoryOnlyWhereItIsChanged) {
  const test::TempDir dir;
  const std::string path = dir / "file";
  constexpr size_t kSize = size_t{64} << 20;
  auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 1);
  ASSERT_TRUE(writer.ok());
  writer->AddBytes("much", std::string(kSize, 'm'));
  writer->AddBytes("little", std::string(8'192, 'l'));
  ASSERT_TRUE(writer->Finish().ok());
  const auto own_kilobytes = [] {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmData:")) return std::stoul(line.substr(7));
    }
    return 0ul;
  };
  const unsigned long before = own_kilobytes();
  ASSERT_GT(before, 0u);
  auto opened = Container::Open(path, ContainerKind::kRunState, 1, 1);
  ASSERT_TRUE(opened.ok() && opened->has_value());
  const auto much = (*opened)->Get<char>("much");
  const auto little = (*opened)->Get<char>("little");
  EXPECT_LT(own_kilobytes(), before + 1'024);
  MakeWritable(little.data(), little.size());
  const_cast<char*>(little.data())[little.size() - 1] = 'x';
  EXPECT_LT(own_kilobytes(), before + 1'024);
  EXPECT_GE(own_kilobytes(), before + 8);
  MakeWritable(much.data(), much.size());
  EXPECT_GE(own_kilobytes(), before + kSize / 1'024);
  EXPECT_EQ(test::ReadFile(path).find('x', 4'096), std::string::npos) << "nobody else sees it";
}

// Which sections were compared is noted, so that they are compared once for each file.
TEST(ContainerFile, NotesWhatWasCompared) {
  namespace fs = std::filesystem;
  const test::TempDir dir;
  const std::string path = dir / "file";
  auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 1);
  ASSERT_TRUE(writer.ok());
  writer->AddBytes("numbers", "12345678");
  ASSERT_TRUE(writer->Finish().ok());
  std::ofstream(path + ".checked.new") << std::string(10'000, 'x');  // of a process that was killed
  const auto verify = [&] {
    auto opened = Container::Open(path, ContainerKind::kRunState, 1, 1);
    if (!opened.ok()) return false;
    (*opened)->Find("numbers");
    return (*opened)->Verify().ok();
  };
  EXPECT_TRUE(verify());
  EXPECT_FALSE(fs::exists(path + ".checked")) << "whoever writes now may leave the same time behind";
  std::this_thread::sleep_for(std::chrono::milliseconds(3'100));
  EXPECT_TRUE(verify());
  ASSERT_TRUE(fs::exists(path + ".checked"));
  EXPECT_LT(fs::file_size(path + ".checked"), 1'000U);
  EXPECT_FALSE(fs::exists(path + ".checked.new"));
  EXPECT_TRUE(verify());
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes(fs::file_size(path), ' ');
  file.read(bytes.data(), std::ssize(bytes));
  file.seekp(static_cast<std::streamoff>(bytes.find("12345678")));
  file << "x" << std::flush;
  EXPECT_FALSE(verify()) << "the note is of the file before";
}

TEST(ContainerFile, FoldersThatCannotBeWritten) {
  const test::TempDir dir;
  test::WriteFile(dir / "file", "");
  const auto in_file = ContainerWriter::Create(dir / "file/x", ContainerKind::kSnapshot, 1);
  EXPECT_FALSE(in_file.ok());
  EXPECT_EQ(in_file.error().kind, ErrorKind::kIo);
}

// Two processes write the same file again and again while this one reads it: it is always one of theirs, whole.
TEST(ContainerFile, IsWholeWhoeverWrites) {
  const test::TempDir dir;
  const std::string path = dir / "file";
  constexpr int kRounds = 60;
  std::vector<pid_t> children;
  for (const char letter : {'a', 'b'}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (int i = 0; i < kRounds; ++i) {
        auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 1);
        if (!writer.ok()) _exit(1);
        for (const char* name : {"x", "y"}) writer->AddBytes(name, std::string(20'000, letter));
        if (!writer->Finish().ok()) _exit(2);
      }
      _exit(0);
    }
    children.push_back(child);
  }
  size_t running = children.size();
  while (running > 0) {
    auto opened = Container::Open(path, ContainerKind::kRunState, 1);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    if (opened->has_value()) {
      const auto x = (*opened)->Get<char>("x");
      const auto y = (*opened)->Get<char>("y");
      ASSERT_TRUE((*opened)->Verify().ok());
      ASSERT_EQ(x.size(), 20'000u);
      ASSERT_TRUE(x == y);
    }
    for (pid_t& child : children) {
      int status = 0;
      if (child > 0 && waitpid(child, &status, WNOHANG) == child) {
        EXPECT_EQ(status, 0);
        child = 0;
        --running;
      }
    }
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

// The temporary file of a process that was killed while it wrote is taken over.
TEST(ContainerFile, OutlivesAKilledWriter) {
  const test::TempDir dir;
  const std::string path = dir / "file";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 1);
    if (writer.ok()) writer->AddBytes("x", std::string(100'000, 'x'));
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(std::filesystem::exists(path + ".new"));
  auto writer = ContainerWriter::Create(path, ContainerKind::kRunState, 1);
  ASSERT_TRUE(writer.ok());
  writer->AddBytes("y", "short");
  ASSERT_TRUE(writer->Finish().ok());
  auto opened = Container::Open(path, ContainerKind::kRunState, 1);
  ASSERT_TRUE(opened.ok() && opened->has_value());
  EXPECT_EQ((*opened)->Get<char>("y").size(), 5u);
  EXPECT_TRUE((*opened)->Verify().ok());
}

}  // namespace
}  // namespace saiten
