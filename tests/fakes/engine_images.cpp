// The fake engine's images, and the registry behind them.

#include "tests/fakes/engine_world.hpp"

#include <algorithm>

namespace copal::test {

namespace {

/// The repository of a familiar name, with the registry: what stands before tag or digest.
std::string repository_of(const std::string& name) {
  const auto at = name.find('@');
  return name.substr(0, at != std::string::npos ? at : name.rfind(':'));
}

std::set<std::string> repositories_of(const engine_image& image) {
  std::set<std::string> out;
  for (const auto& name : image.tags)
    out.insert(repository_of(name));
  for (const auto& name : image.digests)
    out.insert(repository_of(name));
  return out;
}

/// Takes a name away; the digests of a repository go with its last tag.
void take_name(engine_image& image, const std::string& name) {
  image.digests.erase(name);
  if (image.tags.erase(name) == 0)
    return;
  const auto repository = repository_of(name);
  const auto of_repository = [&repository](
                               const std::string& n) { return repository_of(n) == repository; };
  if (std::none_of(image.tags.begin(), image.tags.end(), of_repository))
    std::erase_if(image.digests, of_repository);
}

/// Its names are of one repository, at most one of them a tag.
bool has_single_reference(const engine_image& image) {
  return image.tags.size() <= 1 && repositories_of(image).size() == 1;
}

bool is_used(const std::map<container_id, container>& containers,
  const engine_image_id& id,
  bool by_running_only) {
  return std::any_of(containers.begin(), containers.end(), [&](const auto& c) {
    const auto up = c.second.state == container_state::running
                    || c.second.state == container_state::restarting
                    || c.second.state == container_state::paused;
    return c.second.config.image == id.value && (up || !by_running_only);
  });
}

} // namespace

engine_image_id engine_world::find_image(const std::string& name) const {
  if (images.contains(engine_image_id{name}))
    return engine_image_id{name};
  const auto ref = image_reference::parse(name);
  for (const auto& [id, one] : images) {
    // A digest is known with its repository only.
    const auto familiar = ref ? familiar_name(*ref) : name;
    if (one.image.tags.contains(familiar) || one.image.digests.contains(familiar))
      return id;
  }
  return {};
}

engine::image_list engine_world::list_images() const {
  engine::image_list out;
  for (const auto& [id, one] : images)
    out.items.push_back(one.image);
  return out;
}

result<engine::image_details> engine_world::inspect_image(const std::string& name) const {
  const auto id = find_image(name);
  if (id.empty())
    return fail(errc::not_found, "No such image: " + name);
  const auto& one = images.at(id);
  return engine::image_details{one.image, one.facts};
}

void engine_world::publish(const std::string& name, image_facts facts) {
  world_image one;
  one.image.id = engine_image_id{"sha256:" + next_id()};
  one.facts = std::move(facts);
  const auto ref = image_reference::parse(name);
  if (ref && ref->digest.empty())
    one.image.digests.insert(repository_of(familiar_name(*ref)) + "@sha256:" + next_id());
  registry[name] = std::move(one);
}

const world_image* engine_world::find_published(const image_reference& ref) const {
  if (const auto it = registry.find(to_string(ref)); it != registry.end())
    return &it->second;
  for (const auto& [name, one] : registry) {
    if (!ref.digest.empty() && has_name(one.image, ref))
      return &one;
  }
  return nullptr;
}

result<registry::remote_image> engine_world::look_at_published(const std::string& name) const {
  const auto ref = image_reference::parse(name);
  if (!ref)
    return fail(errc::invalid_input, ref.error().what);
  const auto* found = find_published(*ref);
  if (found == nullptr)
    return fail(errc::not_found, "manifest for " + name + " not found");
  constexpr std::int64_t usual = 1'000'000;
  registry::remote_image out;
  out.config = found->image.id.value;
  for (const auto& id : found->facts.layers) {
    const auto bytes = layer_bytes.find(id);
    out.layers.push_back({id, id, bytes == layer_bytes.end() ? usual : bytes->second});
  }
  return out;
}

result<engine::done> engine_world::pull_image(const std::string& name) {
  if (const auto other = swapped.find(name); other != swapped.end())
    return pull_image(other->second);
  const auto ref = image_reference::parse(name);
  if (!ref)
    return fail(errc::invalid_input, "invalid reference format: " + ref.error().what);
  const auto* found = find_published(*ref);
  if (found == nullptr)
    return fail(errc::not_found, "manifest for " + name + " not found");
  if (too_large.contains(name))
    return fail(errc::exhausted, "write: no space left on device");
  if (!images.contains(found->image.id))
    fetched.insert(found->image.id);
  auto& kept = images[found->image.id];
  kept.image.id = found->image.id;
  kept.image.digests.insert(found->image.digests.begin(), found->image.digests.end());
  kept.facts = found->facts;
  if (ref->digest.empty()) {
    // The image that had the tag before keeps its digest.
    for (auto& [id, other] : images)
      other.image.tags.erase(familiar_name(*ref));
    kept.image.tags.insert(familiar_name(*ref));
  } else {
    kept.image.digests.insert(familiar_name(*ref));
  }
  emit(engine::object_kind::image, "pull", name, name);
  return engine::done{};
}

result<engine::done> engine_world::remove_image(const std::string& name, bool force) {
  const auto id = find_image(name);
  if (id.empty())
    return engine::done{};
  auto& one = images.at(id);
  auto left = one.image;
  if (id.value == name) {
    if (repositories_of(left).size() > 1 && !force)
      return fail(errc::conflict, "image is referenced in multiple repositories");
    left.tags.clear();
    left.digests.clear();
  } else {
    take_name(left, familiar_name(*image_reference::parse(name)));
  }
  const auto goes = left.tags.empty() && left.digests.empty();
  const auto is_only_one = id.value != name && !force && has_single_reference(one.image);
  if ((goes || is_only_one) && is_used(containers, id, force))
    return fail(errc::conflict, "image is being used by a container");
  if (before_loss)
    before_loss("remove image", name);
  if (goes) {
    images.erase(id);
    emit(engine::object_kind::image, "delete", id.value, id.value);
  } else {
    one.image = std::move(left);
    emit(engine::object_kind::image, "untag", id.value, name);
  }
  return engine::done{};
}

} // namespace copal::test
