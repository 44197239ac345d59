// Runs a fuzz target over its corpus, once each, as an ordinary test. Built with libFuzzer, its own
// main function takes this one's place.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::vector<std::uint8_t>& bytes) {
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// The input whole, cut short, and with single bytes changed: a poor man's fuzzer, but one that
/// every build has.
void run_variants(std::vector<std::uint8_t> bytes) {
  constexpr std::size_t variants = 256;
  constexpr std::uint8_t hostile[] = {'"', ']', '{', '0', 0xFF, 0};
  run(bytes);
  const auto step = bytes.size() / variants + 1;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    run({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(i)});
    const auto kept = bytes[i];
    for (const std::uint8_t other : hostile) {
      bytes[i] = other;
      run(bytes);
    }
    bytes[i] = kept;
  }
}

} // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file{entry.path(), std::ios::binary};
      run_variants({std::istreambuf_iterator<char>{file}, {}});
      ++count;
    }
  }
  // A bad input ends the process; who gets here has passed.
  std::cout << "[fuzz] test cases: " << count << " | " << count
            << " passed | 0 failed | 0 skipped\n";
  return count > 0 ? 0 : 1;
}
