#include "actors/planning/normalise/service.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"
#include "actors/planning/normalise/environment.hpp"
#include "actors/planning/normalise/features.hpp"

namespace copal::planning {

namespace {

/// Overlay, then composition, then injected; the device's name is always the device's.
void complete_environment(
  const app_setting& app, const environment& overlay, target_service& service) {
  auto injected = injected_environment(app, service.name);
  auto env = overlay;
  env.merge(service.config.env);
  for (const auto& [name, text] : injected) {
    if (is_device_name_variable(name))
      env.insert_or_assign(name, text);
  }
  env.merge(injected);
  service.config.env = std::move(env);
}

void complete_labels(const app_setting& app, const label_map& overlay, target_service& service) {
  auto labels = overlay;
  labels.merge(service.config.labels);
  const auto set = [&labels](std::string_view key, std::string text) {
    labels.insert_or_assign(std::string{key}, std::move(text));
  };
  set(label::supervised, "true");
  set(label::app_id, to_string(app.id));
  set(label::app_uuid, app.uuid.value);
  set(label::service_id, to_string(service.id));
  set(label::service_name, service.name.value);
  service.config.labels = modern_labels(std::move(labels));
}

update_strategy strategy_of(const label_map& labels) {
  const auto it = labels.find(std::string{label::update_strategy});
  for (const auto strategy : {update_strategy::kill_then_download,
         update_strategy::delete_then_download,
         update_strategy::hand_over}) {
    if (it != labels.end() && it->second == to_string(strategy))
      return strategy;
  }
  return update_strategy::download_then_kill;
}

void bind_lock_folder(const app_setting& app, target_service& service) {
  const auto folder = app.device.lock_root + '/' + to_string(app.id) + '/' + service.name.value;
  service.config.binds.push_back(folder + ":/tmp/resin");
  service.config.binds.push_back(folder + ":/tmp/balena");
}

} // namespace

void complete_service(
  const app_setting& app, const service_overlay& overlay, target_service& service) {
  auto& config = service.config;
  complete_environment(app, overlay.env, service);
  complete_labels(app, overlay.labels, service);
  service.strategy = strategy_of(config.labels);
  // With the machine's own names there is none to set: engines refuse to.
  if (config.network_mode == "host" && config.hostname.empty() && config.uts_mode.empty())
    config.hostname = app.device.hostname;
  apply_features(app, service);
  bind_lock_folder(app, service);
}

} // namespace copal::planning
