#include "actors/planning/plan/own_image.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

/// Registry and repository, as engines list them.
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

std::string with_old_company(std::string name) {
  constexpr std::string_view now = "balena";
  for (auto at = name.find(now); at != std::string::npos; at = name.find(now, at))
    name.replace(at, now.size(), "resin");
  return name;
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

} // namespace copal::planning
