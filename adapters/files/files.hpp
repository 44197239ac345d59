#pragma once

#include "messages/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace copal::files {

/// The whole of a regular file. Errors: `not_found`, `unavailable` (cannot be read, or is no
/// regular file), `exhausted` (larger than `most` bytes). The text begins with the path.
result<std::string> read(const std::filesystem::path& path, std::size_t most);

/// Who may read what is put in a file's place.
enum class access {
  owner_only, ///< Only this process's user, also where others may write to the folder.
  as_before,  ///< Owner and mode are those of the file that is replaced; without one as above.
};

/// Writes the whole text, also where that takes several calls. False: `errno` says why; a part may
/// be written.
bool write_all(int fd, std::string_view text);

/// Puts a text in a file's place, so that after a power cut there is the old one or the new one,
/// whole; on a FAT file system a cut during the call can lose both. Its folder exists. Nothing is
/// left beside it when it fails. `unavailable`; the text begins with the path.
result<void> replace(
  const std::filesystem::path& path, std::string_view text, access who = access::owner_only);

/// Removes a file, for good also after a power cut; one that is not there is fine.
result<void> remove(const std::filesystem::path& path);

/// Holds a folder for this process; it is let go with the process, however that ends.
class claim {
public:
  claim() = default;
  explicit claim(int fd) : fd_(fd) {}
  ~claim();
  claim(claim&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  claim& operator=(claim&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

private:
  int fd_ = -1;
};

/// Claims a folder by a file `copal.lock` in it, which holds the process's number. `conflict` when
/// another process has it, and names that.
result<claim> claim_folder(const std::filesystem::path& folder);

/// Makes a folder and those above it; one that is there is fine.
result<void> make_folder(const std::filesystem::path& path);

} // namespace copal::files
