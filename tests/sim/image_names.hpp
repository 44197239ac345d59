#pragma once

#include "messages/model/image.hpp"
#include "tests/fakes/engine_world.hpp"

#include <string>
#include <vector>

/// What an engine has of images under other names than now, as the invariants ask for it.
namespace copal::test {

/// The engine as it will be when a name, or an image by its id, has been removed.
engine_world without(const engine_world& world, const std::string& name);

/// The same for what the row has put on its image: its name, or, of a tag that has moved on, the
/// digest that came with it.
engine_world without_row(const engine_world& world, const image_row& row);

/// The engine with the tags that have gone, where a row remembers what they stood for.
engine_world as_recorded(const engine_world& world, const std::vector<image_row>& rows);

} // namespace copal::test
