#pragma once

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/normalise/normalise.hpp"

#include <string>
#include <string_view>
#include <utility>

/// Documents with one app and one service, and what becomes of them, as text.
namespace copal::planning::documents {

inline device_facts device() {
  device_facts out;
  out.uuid.value = "d1";
  out.name = "my-device";
  out.type = "generic-amd64";
  out.arch = "amd64";
  out.os_version = "balenaOS 6";
  out.board_rev = "rev7";
  out.hostname = "device-host";
  out.engine_socket = "/run/engine.sock";
  out.lock_root = "/locks";
  out.api_endpoint = "https://api.example";
  out.device_api_key = secret{"device-key"};
  out.service_keys = {{{7}, {"web"}, secret{"web-key"}}};
  return out;
}

/// A v3 document: device d1, app 7 (uuid a7, "shop"), release 70 (commit c70) with these services.
inline target_document cloud_release(value services,
  value networks = value::map({{"front", value::map({})}, {"back", value::map({})}}),
  value volumes = value::map({{"data", value::map({})}, {"logs", value::map({})}})) {
  const auto release = value::map({
    {"id", 70},
    {"services", std::move(services)},
    {"networks", std::move(networks)},
    {"volumes", std::move(volumes)},
  });
  const auto app = value::map({
    {"id", 7},
    {"name", "shop"},
    {"releases", value::map({{"c70", release}})},
  });
  const auto target = value::map({
    {"name", "my-device"},
    {"config", value::map({})},
    {"apps", value::map({{"a7", app}})},
  });
  return {dialect::cloud_v3, "cloud", value::map({{"d1", target}})};
}

/// A service of the cloud with this composition.
inline value cloud_service(value composition, value labels = value::map({}), int id = 71) {
  return value::map({
    {"id", id},
    {"image_id", 72},
    {"image", "registry.example/web"},
    {"environment", value::map({})},
    {"labels", std::move(labels)},
    {"composition", std::move(composition)},
  });
}

inline target_document cloud(value composition, value labels = value::map({})) {
  return cloud_release(
    value::map({{"web", cloud_service(std::move(composition), std::move(labels))},
      {"db", cloud_service(value::map({}), value::map({}), 73)}}));
}

/// A compose file with these services, and networks and volumes to use.
inline target_document compose_file(value services) {
  return {dialect::compose,
    "compose.yaml",
    value::map({
      {"name", "shop"},
      {"services", std::move(services)},
      {"networks", value::map({{"front", value{}}, {"back", value{}}})},
      {"volumes", value::map({{"data", value{}}, {"logs", value{}}})},
      {"secrets", value::map({{"a", value::map({{"content", "hidden"}})}})},
      {"configs", value::map({{"a", value::map({{"content", "shown"}})}})},
    })};
}

inline target_document compose(value service) {
  if (service.find("image") == nullptr)
    service.set("image", "web");
  return compose_file(
    value::map({{"web", std::move(service)}, {"db", value::map({{"image", "db"}})}}));
}

/// The service web of a target.
inline const target_service* web(const device_target& target) {
  if (target.apps.empty() || !target.apps[0].release)
    return nullptr;
  for (const auto& s : target.apps[0].release->services) {
    if (s.name.value == "web")
      return &s;
  }
  return nullptr;
}

/// The container of web, its image unknown.
inline container_config container_of(const target_document& document) {
  const auto made = normalise_target(document, device());
  const auto* service = made ? web(made->target) : nullptr;
  return service == nullptr ? container_config{} : resolve(*service, nullptr, {});
}

/// In what the second container differs from the first: "field: value; field: value".
inline std::string effect(const container_config& plain, const container_config& made) {
  container before;
  before.config = plain;
  std::string out;
  for (const auto& d : differences(before, made, {})) {
    out += out.empty() ? "" : "; ";
    out += d.field;
    out += ": ";
    out += d.target;
  }
  return out;
}

/// What a composition changes against an empty one, or why it is refused.
inline std::string effect_in_cloud(value composition, value labels = value::map({})) {
  const auto document = cloud(std::move(composition), std::move(labels));
  if (const auto made = normalise_target(document, device()); !made)
    return "refused: " + made.error().what;
  return effect(container_of(cloud(value::map({}))), container_of(document));
}

inline std::string effect_in_compose(value service) {
  const auto document = compose(std::move(service));
  if (const auto made = normalise_target(document, device()); !made)
    return "refused: " + made.error().what;
  return effect(container_of(compose(value::map({}))), container_of(document));
}

/// All warnings in a row.
inline std::string warnings_of(const target_document& document) {
  const auto made = normalise_target(document, device());
  if (!made)
    return "refused: " + made.error().what;
  std::string out;
  for (const auto& warning : made->warnings)
    out += (out.empty() ? "" : "\n") + warning;
  return out;
}

} // namespace copal::planning::documents
