#include "actors/planning/normalise/environment.hpp"

namespace copal::planning {

namespace {

constexpr std::string_view device_name_variables[] = {
  "BALENA_DEVICE_NAME_AT_INIT", "RESIN_DEVICE_NAME_AT_INIT"};

/// Sets a variable if its name can be one.
void add(environment& env, const node& n, std::string name, std::string text) {
  if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
    n.reject("the variable name is empty or holds '='; expected NAME: value or NAME=value");
  else
    env.insert_or_assign(std::move(name), secret{std::move(text)});
}

constexpr std::string_view no_value =
  "a variable without a value is not supported; give it one (\"\" for an empty one) or remove it";

} // namespace

environment read_environment(const node& n) {
  const auto place = n.hidden();
  environment env;
  if (place.is(value::kind::list)) {
    for (const auto& item : place.items()) {
      const auto text = item.text();
      const auto equals = text.find('=');
      if (equals == std::string::npos)
        item.reject(no_value);
      else
        add(env, item, text.substr(0, equals), text.substr(equals + 1));
    }
    return env;
  }
  for (const auto& [name, val] : place.members()) {
    if (val.is_null())
      val.reject(no_value);
    else
      add(env, val, name, val.scalar_text());
  }
  return env;
}

label_map read_labels(const node& n) {
  label_map labels;
  if (n.is(value::kind::list)) {
    for (const auto& item : n.items()) {
      const auto text = item.text();
      const auto equals = text.find('=');
      labels[text.substr(0, equals)] =
        equals == std::string::npos ? std::string{} : text.substr(equals + 1);
    }
    return labels;
  }
  for (const auto& [key, val] : n.members())
    labels[key] = val.is_null() ? std::string{} : val.scalar_text();
  return labels;
}

void set_both(environment& env, const std::string& name, const std::string& text) {
  env.insert_or_assign("BALENA_" + name, secret{text});
  env.insert_or_assign("RESIN_" + name, secret{text});
}

environment injected_environment(const app_setting& app, const service_name& service) {
  const std::string hand_over_file = "/tmp/balena/handover-complete";
  const auto& device = app.device;
  environment env;
  set_both(env, "APP_ID", to_string(app.id));
  set_both(env, "APP_UUID", app.uuid.value);
  set_both(env, "APP_NAME", app.name);
  set_both(env, "SERVICE_NAME", service.value);
  set_both(env, "DEVICE_UUID", device.uuid.value);
  set_both(env, "DEVICE_TYPE", device.type);
  set_both(env, "DEVICE_ARCH", device.arch);
  set_both(env, "HOST_OS_VERSION", device.os_version);
  set_both(env, "APP_LOCK_PATH", "/tmp/balena/updates.lock");
  set_both(env, "DEVICE_NAME_AT_INIT", app.device_name);
  env.emplace("BALENA", "1");
  env.emplace("RESIN", "1");
  env.emplace("USER", "root");
  env.emplace("BALENA_SERVICE_HANDOVER_COMPLETE_PATH", hand_over_file);
  env.emplace("RESIN_SERVICE_KILL_ME_PATH", hand_over_file);
  return env;
}

bool is_device_name_variable(const std::string& name) {
  return name == device_name_variables[0] || name == device_name_variables[1];
}

} // namespace copal::planning
