#pragma once

#include "adapters/target_file/service_environment.hpp"
#include "adapters/yaml/interpolate.hpp"
#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <cstddef>
#include <string>

namespace copal::target_file {

/// One secret or config may have so many bytes, as in a swarm, and all of a file together so many.
inline constexpr std::size_t most_secret_bytes = std::size_t{500} * 1024;
inline constexpr std::size_t most_bytes_of_all = std::size_t{4} << 20U;

/// Puts what the `secrets` and `configs` of a compose document name, where a service uses them,
/// under their `content`: the text of `file` or of the variable `environment`; bytes that are no
/// text as `content: {x-base64: "..."}`. What no service uses is not read. Paths count from the
/// folder of the compose file at `path`. What has another shape is left for `normalise` to refuse.
///
/// Errors begin with "line <n>: " where the line is known: `invalid_input` (a file that is not
/// there or no file, a variable that is not set, nothing or several things named), `exhausted` (too
/// long), and those of the reader. No message shows a content.
/// Source: Compose file reference, "Secrets top-level element", "Configs top-level element".
result<void> complete_files(
  value& doc, const std::string& path, const yaml::variables& lookup, const file_reader& read);

} // namespace copal::target_file
