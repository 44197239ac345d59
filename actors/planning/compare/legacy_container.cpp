#include "actors/planning/compare/legacy_container.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"

namespace copal::planning {

void inherit_legacy_labels(const supervised_container& current, container_config& wanted) {
  const auto there = modern_labels(current.what.config.labels);
  const std::string mark{label::legacy_container};
  const std::string id{label::service_id};
  const auto marked = there.find(mark);
  const auto number = there.find(id);
  if (marked == there.end() || number == there.end())
    return;
  wanted.labels[mark] = marked->second;
  wanted.labels[id] = number->second;
}

} // namespace copal::planning
