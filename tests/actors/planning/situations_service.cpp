#include "tests/actors/planning/situations.hpp"

namespace copal::planning::situations {

service::service(const char* name) {
  it.name.value = name;
  it.id.value = 1;
  it.image_name = it.name.value + ":1";
  it.config.network_mode = std::string{own_app} + "_default";
  it.config.networks[std::string{own_app} + "_default"].aliases = {it.name.value};
}

service& service::from(const std::string& image) {
  it.image_name = image;
  return *this;
}

service& service::env(const std::string& key, const std::string& text) {
  it.config.env[key] = secret{text};
  return *this;
}

service& service::kept_stopped() {
  it.running = false;
  return *this;
}

service& service::by(update_strategy strategy) {
  it.strategy = strategy;
  return *this;
}

service& service::after(const std::string& other, dependency_condition condition) {
  it.depends_on.push_back({{other}, condition});
  return *this;
}

service& service::optionally() {
  it.depends_on.back().required = false;
  return *this;
}

service& service::restarted() {
  it.depends_on.back().restart = true;
  return *this;
}

service& service::checked() {
  it.config.healthcheck.test = {"CMD", "check"};
  return *this;
}

service& service::port(int port) {
  it.config.ports.push_back({{}, static_cast<std::uint16_t>(port), 80, transport::tcp});
  return *this;
}

service& service::restart(restart_mode mode) {
  it.config.restart.mode = mode;
  return *this;
}

service& service::network(const std::string& name) {
  it.config.networks[std::string{own_app} + '_' + name].aliases = {it.name.value};
  return *this;
}

service& service::volume(const std::string& name) {
  it.config.binds.push_back(std::string{own_app} + '_' + name + ":/" + name);
  return *this;
}

service& service::local_api() {
  it.config.networks["supervisor0"];
  return *this;
}

service& service::extra_firmware() {
  it.config.binds.emplace_back("extra-firmware:/lib/firmware");
  return *this;
}

} // namespace copal::planning::situations
