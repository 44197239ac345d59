#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace copal::test {

/// Tests run with the source folder as their working directory.
inline std::filesystem::path golden_folder() {
  return std::filesystem::path{"tests"} / "golden";
}

/// The text of a golden file.
inline std::string golden(const std::string& name) {
  std::ifstream file{golden_folder() / name, std::ios::binary};
  if (!file)
    throw std::runtime_error("no golden file " + (golden_folder() / name).string());
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

} // namespace copal::test
