#pragma once

#include "messages/model/target.hpp"

namespace copal::planning {

/// The container a target service asks for, in normal form: the composition's part of it joined
/// with what its image brings. `facts` is null and `image` empty while the engine does not have the
/// image; what the image would bring is missing then, and `config.image` is its name.
/// Source: spec/state-engine.md §2 to §2.7.
container_config resolve(
  const target_service& service, const image_facts* facts, const engine_image_id& image);

} // namespace copal::planning
