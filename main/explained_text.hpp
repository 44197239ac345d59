#pragma once

#include "messages/model/value.hpp"

#include <string>

namespace copal {

/// An answer of `GET /v2/explain` for people, a paragraph for each service, and for what else keeps
/// the device from its target. What is not as expected in it is left out: it comes over the
/// network. The terminal's commands in it are, too.
std::string explained_text(const value& answer);

/// True when it names nothing that keeps the device from its target.
bool is_at_target(const value& answer);

} // namespace copal
