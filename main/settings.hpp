#pragma once

#include "adapters/files/files.hpp"
#include "adapters/log/log.hpp"
#include "adapters/yaml/interpolate.hpp"
#include "main/device_facts.hpp"
#include "main/files_place.hpp"
#include "main/options.hpp"
#include "main/places.hpp"
#include "messages/model/registry_login.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace copal {

/// All that `copal run` needs to know, read and checked.
struct settings {
  places where;
  device_config device;
  device_facts facts;
  files_place service_files;
  std::filesystem::path compose;
  std::filesystem::path target;
  std::string project_name;
  bool take_over = false;
  std::vector<std::string> listen;
  registry_logins logins;
  std::string own_image;                 ///< SUPERVISOR_IMAGE; empty when it is not said.
  std::optional<std::int64_t> kept_free; ///< Bytes; nothing: no check of the space.
  bool may_reboot = true;                ///< The machine.
  files::claim state;                    ///< No other process has the state folder.
};

/// How the log is to look, as far as the options and the place of standard error say.
result<log_settings> log_settings_of(const run_options& options);

/// Finds everything, makes the folders that are Copal's own, reads config.json. An error says what
/// is to be done.
result<settings> find_settings(const run_options& options);

/// The process's variables as a compose file sees them: those set to nothing, too.
yaml::variables compose_variables();

/// The process's environment.
variable_lookup process_environment();

} // namespace copal
