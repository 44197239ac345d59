#include "tests/sim/image_names.hpp"

#include "tests/sim/standing.hpp"

namespace copal::test {

engine_world without(const engine_world& world, const std::string& name) {
  auto out = world;
  out.before_loss = nullptr;
  out.on_event = nullptr;
  out.containers.clear(); // Whether one uses it does not matter here.
  (void)out.remove_image(name, false);
  return out;
}

engine_world without_row(const engine_world& world, const image_row& row) {
  const auto it = world.images.find(row.engine_id);
  if (it == world.images.end() || it->second.image.tags.contains(row.name))
    return without(world, row.name);
  const auto repository = row.name.substr(0, row.name.rfind(':')) + '@';
  for (const auto& digest : it->second.image.digests) {
    if (digest.starts_with(repository))
      return without(world, digest);
  }
  return without(world, row.name);
}

engine_world as_recorded(const engine_world& world, const std::vector<image_row>& rows) {
  auto out = world;
  for (const auto& row : rows) {
    const auto it = out.images.find(row.engine_id);
    if (it != out.images.end() && find_image(out, row.name) == nullptr)
      it->second.image.tags.insert(row.name);
  }
  return out;
}

} // namespace copal::test
