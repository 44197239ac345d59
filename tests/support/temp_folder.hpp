#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace copal::test {

/// A folder of its own for a test; gone with it.
class temp_folder {
public:
  temp_folder() : temp_folder(std::filesystem::temp_directory_path()) {}
  explicit temp_folder(const std::filesystem::path& parent) {
    auto name = (parent / "copal-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "making " + name);
    path_ = name;
  }
  /// Where thousands of syncs cost nothing, if the machine has such a place.
  static std::filesystem::path quick_parent() {
    std::error_code ignored;
    return std::filesystem::is_directory("/dev/shm", ignored)
             ? "/dev/shm"
             : std::filesystem::temp_directory_path();
  }
  ~temp_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

} // namespace copal::test
