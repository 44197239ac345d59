#pragma once

#include "messages/model/container.hpp"
#include "messages/model/engine_feature.hpp"
#include "messages/model/network.hpp"

#include <map>
#include <string>
#include <vector>

/// Is what the engine shows what the target asks for? Source: spec/state-engine.md §4 and §14.
namespace copal::planning {

/// One field in which a current thing differs from its target. Texts for people; the values of an
/// environment are always "hidden".
struct field_difference {
  std::string field;
  std::string current;
  std::string target;

  bool operator==(const field_difference&) const = default;
};

/// What a comparison must know beside the two.
struct compare_context {
  /// Service name to its current container, in the same app: for network_mode `service:x`.
  std::map<std::string, container_id> services;
  /// A field that the engine drops makes no difference where it shows none.
  engine_features lacks = {};
};

/// The fields whose difference asks for a new container, in a fixed order. Empty for a container
/// that was created from `target` and read back, on any engine version.
std::vector<field_difference> differences(
  const container& current, const container_config& target, const compare_context& context);

/// The same for networks: address pools count only when the target has some.
std::vector<field_difference> differences(
  const network_config& current, const network_config& target);

/// The same for volumes.
std::vector<field_difference> differences(
  const volume_config& current, const volume_config& target);

/// One line for a step's reason: "command, env(FOO) differ". At most 200 bytes; empty for an empty
/// list.
std::string summary(const std::vector<field_difference>& found);

} // namespace copal::planning
