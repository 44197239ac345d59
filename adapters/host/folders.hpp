#pragma once

#include "messages/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

// Folders of update locks, of which users own parts: no link is followed.
namespace copal::host {

inline constexpr const char* lock_names[] = {"resin-updates.lock", "updates.lock"};

/// A folder that is held open, so that nobody can exchange it for another while we look.
class folder {
public:
  explicit folder(int fd) : fd_(fd) {}
  ~folder() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  folder(folder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  folder& operator=(folder&&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

private:
  int fd_;
};

/// What the system said of that path.
error cannot_look(const std::filesystem::path& path, int code);

/// The folder of that name in another, or absent. `path` is for messages.
result<std::optional<folder>> open_below(
  int parent, const std::string& name, const std::filesystem::path& path);

/// Whether the name stays where it is put, whatever it is.
bool names_a_folder(std::string_view name);

} // namespace copal::host
