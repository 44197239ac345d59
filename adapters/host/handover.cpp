#include "adapters/host/handover.hpp"

#include "adapters/host/folders.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>

namespace copal::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_names[] = {"handover-complete", "resin-kill-me"};

/// True: it was there. A folder of the name, which some shell script made, goes when it is empty.
result<bool> take_file(int where, const char* name, const fs::path& path) {
  if (::unlinkat(where, name, 0) == 0)
    return true;
  if (errno == ENOENT)
    return false;
  if ((errno == EISDIR || errno == EPERM) && ::unlinkat(where, name, AT_REMOVEDIR) == 0)
    return true;
  return fail(errc::unavailable,
    "deleting " + (path / name).string() + ": " + std::generic_category().message(errno));
}

result<bool> take_all(int where, const fs::path& path) {
  auto any = false;
  for (const auto* name : file_names) {
    auto taken = take_file(where, name, path);
    if (!taken)
      return taken;
    any = any || *taken;
  }
  return any;
}

} // namespace

result<bool> take_handover_files(const fs::path& root, app_id app, const service_name& service) {
  if (!names_a_folder(service.value))
    return fail(errc::invalid_input,
      "a service of app " + to_string(app) + " has a name that cannot be a folder's");
  auto all = open_below(AT_FDCWD, root.string(), root);
  if (!all)
    return fail(std::move(all.error()));
  if (!*all)
    return false;
  const auto app_path = root / to_string(app);
  auto of_app = open_below((*all)->fd(), to_string(app), app_path);
  if (!of_app)
    return fail(std::move(of_app.error()));
  if (!*of_app)
    return false;
  const auto path = app_path / service.value;
  auto of_service = open_below((*of_app)->fd(), service.value, path);
  if (!of_service)
    return fail(std::move(of_service.error()));
  if (!*of_service)
    return false;
  return take_all((*of_service)->fd(), path);
}

} // namespace copal::host
