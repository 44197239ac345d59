#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>

namespace copal::host {

/// Deletes the files by which a container of the service says that it has taken over:
/// `handover-complete` and `resin-kill-me` in `<root>/<app id>/<service>/`. True: there was one.
/// Links are not followed, at no level; a missing folder holds none. Errors: `invalid_input` (a
/// service name that is no name of a folder), `unavailable` (the folder cannot be looked into, or a
/// file in it not be deleted; the text has its path). Source: spec/device-api.md §7.6.
result<bool> take_handover_files(
  const std::filesystem::path& root, app_id app, const service_name& service);

} // namespace copal::host
