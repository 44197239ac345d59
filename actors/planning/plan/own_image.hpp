#pragma once

#include "messages/model/image.hpp"

#include <string>

namespace copal::planning {

/// True when the image goes by a name of the supervisor's own repository, whatever its tag: what
/// runs, and what an older one is gone back to, is never removed. `own` is the supervisor's image
/// as the host names it; empty: it has none. The repository's name from before the company's is
/// meant too. Source: spec/state-engine.md §6.4; of (b) there, the removal itself is left to the
/// host.
bool is_own_image(const engine_image& image, const std::string& own);

} // namespace copal::planning
