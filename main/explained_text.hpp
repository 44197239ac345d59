#pragma once

#include "messages/model/value.hpp"

#include <string>

namespace copal {

/// An answer of `GET /v2/explain` for people, a paragraph for each service. What is not as expected
/// in it is left out: it comes over the network.
std::string explained_text(const value& answer);

/// True when it names nothing that is not at its target.
bool is_at_target(const value& answer);

} // namespace copal
