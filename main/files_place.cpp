#include "main/files_place.hpp"

#include "adapters/files/files.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace copal {

namespace fs = std::filesystem;

namespace {

constexpr const char* below = "copal/files";
constexpr const char* salt_file = "files.salt";
constexpr std::size_t most_salt_bytes = 256;
constexpr std::size_t most_uuid = 12;

files_place at(const fs::path& folder, const fs::path& root) {
  return {folder.string(), root / folder.relative_path(), {}};
}

} // namespace

files_place choose_files_place(const fs::path& asked,
  const fs::path& root,
  const device_uuid& device,
  const memory_test& in_memory) {
  if (!asked.empty())
    return at(asked.lexically_normal(), root);
  const auto own = fs::path{below} / device.value.substr(0, most_uuid);
  for (const fs::path base : {"/run", "/dev/shm"}) {
    if (in_memory(root / base.relative_path()))
      return at(base / own, root);
  }
  auto out = at("/run" / own, root);
  out.warning =
    "neither /run nor /dev/shm of the host is in memory: secrets of services are put on "
    "the disk, in "
    + out.host + "; name a folder in memory with --files-dir";
  return out;
}

bool is_in_memory(const fs::path& folder) {
  struct statfs about {};
  if (::statfs(folder.c_str(), &about) != 0)
    return false;
  const auto kind = static_cast<unsigned long>(about.f_type);
  return kind == TMPFS_MAGIC || kind == RAMFS_MAGIC;
}

result<secret> read_files_salt(const fs::path& state_dir) {
  auto found = files::read(state_dir / salt_file, most_salt_bytes);
  if (!found && found.error().code != errc::not_found)
    return fail(std::move(found.error()));
  return found ? secret{*std::move(found)} : secret{};
}

result<secret> open_files_salt(
  const fs::path& state_dir, const std::function<std::string()>& draw) {
  auto found = read_files_salt(state_dir);
  if (!found || !found->empty())
    return found;
  auto made = draw();
  if (auto written = files::replace(state_dir / salt_file, made); !written)
    return fail(std::move(written.error()));
  return secret{std::move(made)};
}

} // namespace copal
