#include "tests/integration/support/documents.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace copal::test {

namespace {

using nlohmann::json;

/// Some number that depends on a service's name only.
int number_of(const std::string& name) {
  return std::accumulate(
    name.begin(), name.end(), 1, [](int sum, char c) { return (sum * 31 + c) % 10'000 + 100; });
}

json release_of(const wanted_app& app, const std::string& registry) {
  auto services = json::object();
  for (const auto& s : app.services) {
    auto composition = s.composition;
    if (!composition.contains("stop_signal"))
      composition["stop_signal"] = "SIGKILL";
    const auto id = s.id != 0 ? s.id : number_of(s.name);
    services[s.name] = {
      {"id", id},
      {"image_id", number_of(s.image)},
      {"image", s.image.starts_with("sha256:") ? s.image : registry + s.image},
      {"environment", s.environment},
      {"labels", s.labels},
      {"composition", composition},
    };
  }
  return {{"id", app.release},
    {"services", services},
    {"networks", app.networks},
    {"volumes", app.volumes}};
}

} // namespace

wanted_service& wanted_app::operator[](const std::string& service) {
  const auto at = std::find_if(
    services.begin(), services.end(), [&](const auto& s) { return s.name == service; });
  if (at == services.end())
    throw std::out_of_range("no service " + service);
  return *at;
}

json target_document(
  const std::string& device, const std::string& registry, const std::vector<wanted_app>& apps) {
  auto all = json::object();
  for (const auto& app : apps) {
    all[app.uuid] = {
      {"id", app.id},
      {"name", app.name},
      {"releases", {{app.commit, release_of(app, registry)}}},
    };
  }
  return {
    {device, {{"name", "test-device"}, {"config", json::object()}, {"apps", all}}},
  };
}

} // namespace copal::test
