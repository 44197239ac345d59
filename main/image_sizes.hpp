#pragma once

#include "adapters/http/address.hpp"
#include "messages/model/images_view.hpp"
#include "messages/model/registry_login.hpp"
#include "messages/result.hpp"

#include <string>
#include <vector>

namespace copal {

/// Asks the registries how large these images are, for the machine that the engine runs on. One
/// that does not tell is named with the reason; the whole takes a minute and a half at most.
/// `names` are normalised references. An error: the engine does not say what it is.
result<std::vector<image_size>> ask_for_sizes(const http::address& engine,
  const registry_logins& logins,
  const std::vector<std::string>& names);

} // namespace copal
