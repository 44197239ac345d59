#pragma once

#include "adapters/yaml/interpolate.hpp"
#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace copal::target_file {

/// Reads another file that a compose file names, by its absolute path. `not_found`: there is none.
using file_reader = std::function<result<std::string>(const std::string& path)>;

/// A document may name so many files with variables.
inline constexpr std::size_t most_env_files = 64;

/// Makes the variables of every service of a compose document whole: those of its `env_file` are
/// put under `environment`, which goes before them, and `env_file` is taken away; one without a
/// value gets that of the process or of `.env`, or is left out with a warning when it has none
/// there. Paths count from the folder of the compose file at `path`. What has another shape is left
/// for `normalise` to refuse.
///
/// Errors begin with "line <n>: " where the line is known: `invalid_input` (an entry that cannot be
/// read, a line of a file that is none, a file that is required and not there), `exhausted` (too
/// many files), and those of the reader. No message shows a value.
/// Source: Compose file reference, `env_file` and `environment`.
result<void> complete_environments(value& doc,
  const std::string& path,
  const yaml::variables& lookup,
  const file_reader& read,
  std::vector<std::string>& warnings);

} // namespace copal::target_file
