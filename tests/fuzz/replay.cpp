// Without libFuzzer, a fuzzer's entry runs as an ordinary test: on the inputs kept in the project, then on a fixed
// number of changed ones. The same seed gives the same inputs, so that a failure comes back. SAITEN_FUZZ_RUNS and
// SAITEN_SEED ask for others.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kLongest = 8192;

// What a slip of the finger or of a merge leaves in a file.
constexpr std::array<std::string_view, 30> kWords = {"{",
                                                     "}",
                                                     "(",
                                                     ")",
                                                     "\n",
                                                     "\"",
                                                     "=>",
                                                     "+15 ",
                                                     "..",
                                                     " when ",
                                                     " per ",
                                                     " and ",
                                                     " not ",
                                                     " unknown",
                                                     " where ",
                                                     " by ",
                                                     "501..",
                                                     "/*",
                                                     "\"\"\"",
                                                     "${",
                                                     "match",
                                                     "score",
                                                     " max 0 ",
                                                     "\r\n",
                                                     " in last 0 ",
                                                     "金融",
                                                     "＝",
                                                     "\xff",
                                                     "9223372036854775807",
                                                     "EUR 1"};

uint64_t Next(uint64_t& state) {
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

size_t Below(uint64_t& state, size_t limit) { return limit == 0 ? 0 : Next(state) % limit; }

std::string Changed(const std::vector<std::string>& inputs, uint64_t& state) {
  std::string text = inputs[Below(state, inputs.size())];
  const size_t changes = 1 + Below(state, 4);
  for (size_t i = 0; i < changes; ++i) {
    const size_t at = Below(state, text.size() + 1);
    const size_t length = Below(state, 40);
    switch (Below(state, 5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kWords[Below(state, kWords.size())]);
        break;
      case 2:
        text.insert(Below(state, text.size() + 1), text.substr(at, length));
        break;
      case 3: {
        const std::string& other = inputs[Below(state, inputs.size())];
        text.insert(at, other.substr(Below(state, other.size() + 1), 4 * length));
        break;
      }
      default:
        if (at < text.size()) text[at] = static_cast<char>(Next(state));
        break;
    }
  }
  return text.substr(0, kLongest);
}

std::vector<std::filesystem::path> FilesUnder(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_regular_file(path)) files.push_back(path);
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().extension() == ".rules") files.push_back(entry.path());
    }
  }
  return files;
}

void Run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

uint64_t EnvironmentNumber(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& file : FilesUnder(argv[i])) files.push_back(file);
  }
  // Folders list their files in any order; the changed inputs must not depend on it.
  std::ranges::sort(files);
  std::vector<std::string> inputs;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    // A crash has to name its input, so the name goes out before the run.
    std::printf("%s (%zu bytes)\n", file.c_str(), inputs.back().size());
    std::fflush(stdout);
    Run(inputs.back());
  }
  if (inputs.empty()) {
    std::printf("no input\n");
    return 1;
  }
  const uint64_t runs = EnvironmentNumber("SAITEN_FUZZ_RUNS", 300);
  uint64_t state = EnvironmentNumber("SAITEN_SEED", 1);
  const std::string last =
      std::filesystem::temp_directory_path() /
      (std::filesystem::path(argv[0]).filename().string() + "-" + std::to_string(state) + ".rules");
  for (uint64_t run = 0; run < runs; ++run) {
    const std::string text = Changed(inputs, state);
    std::ofstream(last, std::ios::binary) << text;
    std::printf("changed input %llu (kept as %s while it runs)\n", static_cast<unsigned long long>(run), last.c_str());
    std::fflush(stdout);
    Run(text);
  }
  std::filesystem::remove(last);
  std::printf("%zu inputs, %llu changed ones\n", inputs.size(), static_cast<unsigned long long>(runs));
  return 0;
}
