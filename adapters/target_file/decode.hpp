#pragma once

#include "adapters/target_file/service_environment.hpp"
#include "adapters/yaml/interpolate.hpp"
#include "messages/model/target.hpp"
#include "messages/result.hpp"

#include <optional>
#include <string>
#include <vector>

/// The texts of a target file and of the `.env` beside it, to a document. Pure.
namespace copal::target_file {

/// Which file, and what its reading depends on beside its content.
struct origin {
  std::string path; ///< Absolute.
  dialect form = dialect::compose;
  std::string project;       ///< Given by the operator; empty: see `decode`.
  yaml::variables variables; ///< Of the process; null: none is set.
  std::string root{"/"};     ///< The host's, as seen from here.
};

struct decoded {
  target_document doc;
  std::string project; ///< Empty in the cloud's form.
  std::vector<std::string> warnings;
};

/// Where the variables of a compose file stand: `.env` in the folder that its path names.
std::string env_path_of(const std::string& path);

/// A compose file has its variables replaced, from the process first and from `.env` then, and
/// bears its project's name: the operator's, else `name` in the file, else COMPOSE_PROJECT_NAME,
/// else the folder's. Services whose profiles are not active (COMPOSE_PROFILES) are left out, and
/// the files that `env_file`, `secrets` and `configs` name are read by `read`; null: there are
/// none. Where its folder is on the host stands in it, if that matters. The cloud's form is taken
/// as it is. Errors are `invalid_input` and `exhausted`; they begin with "<file>:<line>", where the
/// reader knows one, and show no value of a variable.
result<decoded> decode(const origin& from,
  const std::string& text,
  const std::optional<std::string>& env,
  const file_reader& read = {});

} // namespace copal::target_file
