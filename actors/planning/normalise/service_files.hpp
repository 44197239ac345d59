#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// Secrets and configs of a compose file: at its top the contents, at a service which of them it
/// sees, and as what. Source: Compose file reference, "Secrets" and "Configs".
namespace copal::planning {

/// Bytes that are no text stand in a document as `content: {x-base64: "..."}`.
inline constexpr std::string_view base64_member = "x-base64";

/// What stands under `secrets` or `configs` at the top, by name; nothing: it was not read, since no
/// service names it.
using file_contents = std::map<std::string, std::optional<secret>>;

struct named_files {
  file_contents secrets;
  file_contents configs;
};

/// The reader of the file has put the contents under `content`.
named_files read_named_files(const node& root);

/// Reads a service's `secrets` and `configs`: the files, and the mounts with which it sees them.
/// Its volumes are read before.
void read_service_files(
  const node& n, const named_files& known, const app_setting& app, target_service& service);

/// All files of a release are held in memory: refuses more than is reasonable.
void check_total(const node& root, const target_release& release);

} // namespace copal::planning
