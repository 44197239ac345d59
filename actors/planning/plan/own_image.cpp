#include "actors/planning/plan/own_image.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

std::string with_old_company(std::string name) {
  constexpr std::string_view now = "balena";
  for (auto at = name.find(now); at != std::string::npos; at = name.find(now, at))
    name.replace(at, now.size(), "resin");
  return name;
}

bool is_of(const std::string& repository, const std::string& name) {
  return !repository.empty() && repository_of(name) == repository;
}

bool has_tag_of(const engine_image& image, const std::string& repository) {
  return std::any_of(image.tags.begin(), image.tags.end(), [&repository](const std::string& tag) {
    return is_of(repository, tag);
  });
}

bool goes_by(const engine_image& image, const std::string& name) {
  const auto ref = image_reference::parse(name);
  return ref && has_name(image, *ref);
}

} // namespace

bool is_own_image(const engine_image& image, const std::string& own) {
  const auto repository = repository_of(own);
  if (repository.empty())
    return false;
  const auto is_ours = [&](const std::string& name) {
    const auto other = repository_of(name);
    return other == repository || other == with_old_company(repository);
  };
  return std::any_of(image.tags.begin(), image.tags.end(), is_ours)
         || std::any_of(image.digests.begin(), image.digests.end(), is_ours);
}

std::string repository_of(const std::string& name) {
  auto ref = image_reference::parse(name);
  if (!ref)
    return {};
  ref->tag = "x";
  ref->digest.clear();
  auto out = familiar_name(*ref);
  out.resize(out.size() - 2);
  return out;
}

std::string listed_name(const engine_image& image, const std::string& name) {
  const auto ref = image_reference::parse(name);
  if (!ref)
    return {};
  const auto wanted = familiar_name(*ref);
  for (const auto* names : {&image.tags, &image.digests}) {
    for (const auto& listed : *names) {
      const auto other = image_reference::parse(listed);
      if (other && familiar_name(*other) == wanted)
        return listed;
    }
  }
  return {};
}

std::string own_name(const engine_image& image, const std::string& name) {
  auto listed = listed_name(image, name);
  if (!listed.empty())
    return listed;
  const auto it = std::find_if(image.digests.begin(),
    image.digests.end(),
    [&name](const std::string& digest) { return brings(name, digest); });
  return it == image.digests.end() ? std::string{} : *it;
}

std::string removable_name(const engine_image& image, const std::string& name) {
  auto own = own_name(image, name);
  if (image.digests.contains(own) && has_tag_of(image, repository_of(own)))
    return {};
  return own;
}

engine_image without_name(engine_image image, const std::string& name) {
  const auto gone = removable_name(image, name);
  image.digests.erase(gone);
  if (image.tags.erase(gone) == 0)
    return image;
  const auto repository = repository_of(gone);
  if (!has_tag_of(image, repository)) {
    std::erase_if(image.digests,
      [&repository](const std::string& digest) { return is_of(repository, digest); });
  }
  return image;
}

bool can_lose(
  const engine_image& image, const std::string& name, const std::vector<std::string>& holders) {
  const auto left = without_name(image, name);
  if (left == image)
    return true;
  return std::any_of(holders.begin(), holders.end(), [&left](const std::string& holder) {
    return !own_name(left, holder).empty();
  }) && std::all_of(holders.begin(), holders.end(), [&](const std::string& holder) {
    return goes_by(left, holder) || !goes_by(image, holder);
  });
}

bool brings(const std::string& fetched, const std::string& name) {
  const auto a = image_reference::parse(fetched);
  const auto b = image_reference::parse(name);
  if (!a || !b)
    return false;
  return familiar_name(*a) == familiar_name(*b)
         || (a->digest.empty() && !b->digest.empty()
             && repository_of(fetched) == repository_of(name));
}

} // namespace copal::planning
