#include "actors/planning/host_services.hpp"

#include "actors/planning/labels.hpp"

#include <algorithm>
#include <array>

namespace copal::planning {

namespace {

constexpr std::array<std::string_view, 5> supervisor_apps{
  "52e35121417640b1b28a680504e4039b", // amd64
  "900de4f3cbac4b9bbd232885a35e407b", // aarch64
  "2e66a95795c149959c69472a8c2f92b8", // armv7hf
  "531b357e155c480cbec0fdd33041a1f5", // i386
  "6822565f766e413e96d9bebe2227cdcc", // rpi
};

constexpr std::array<std::string_view, 3> supervisor_names{"main", "balena-supervisor", "core"};

template <class List>
bool is_in(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool says_otherwise(const label_map& labels, std::string_view key, std::string_view usual) {
  const auto it = labels.find(std::string{key});
  return it != labels.end() && it->second != usual;
}

} // namespace

bool is_supervisor(const app_uuid& app, const service_name& service) {
  return is_in(supervisor_apps, app.value) && is_in(supervisor_names, service.value);
}

bool is_part_of_host(const label_map& labels) {
  return says_otherwise(labels, label::image_class, "service")
         || says_otherwise(labels, label::image_store, "data");
}

bool is_left_alone(const container_identity& who, const label_map& labels, const target_app* app) {
  const auto& uuid = who.uuid.empty() && app != nullptr ? app->uuid : who.uuid;
  if (is_supervisor(uuid, who.name))
    return true;
  if (app != nullptr
      && std::binary_search(app->left_alone.begin(), app->left_alone.end(), who.name))
    return true;
  return (app == nullptr || app->is_host) && is_part_of_host(labels);
}

} // namespace copal::planning
