#include "actors/planning/normalise/deploy.hpp"

#include "actors/planning/normalise/fields.hpp"

namespace copal::planning {

namespace {

constexpr refused_field refused_of_deploy[] = {
  {"endpoint_mode", "services of an app reach each other by name; remove it"},
  {"labels", "no service outlives its container; use labels of the service"},
  {"mode", "one container runs for each service; remove it"},
  {"placement", "there is one machine; remove it"},
  {"replicas", "one container runs for each service; remove it"},
  {"restart_policy", "use restart of the service"},
  {"rollback_config", "what runs stays until the new one can start; remove it"},
  {"update_config", "use the label io.balena.update.strategy"},
};

constexpr refused_field refused_of_reservations[] = {
  {"cpus", "engines reserve no processors; use cpu_shares of the service"},
  {"generic_resources", "they are a cluster's; use devices of the service"},
};

/// A limit stands in one place only: which of two counts, nobody could tell.
std::optional<node> lone(
  const node& part, std::string_view key, const node& service, std::string_view elsewhere) {
  auto field = part.get(key);
  if (!field || !service.get(elsewhere))
    return field;
  field->unsupported(std::string{elsewhere} + " says the same", "keep one of the two");
  return std::nullopt;
}

void read_limits(const node& n, const node& service, container_config& config) {
  check_members(n, {"cpus", "memory", "pids"}, "limits");
  if (const auto field = lone(n, "cpus", service, "cpus"))
    config.nano_cpus = read_nano_cpus(*field);
  if (const auto field = lone(n, "memory", service, "mem_limit"))
    config.memory_bytes = read_memory(*field);
  if (const auto field = lone(n, "pids", service, "pids_limit"))
    config.pids_limit = read_count(*field);
}

void read_reservations(const node& n, const node& service, container_config& config) {
  check_members(n, {"devices", "memory"}, refused_of_reservations, "reservations");
  if (const auto field = lone(n, "memory", service, "mem_reservation"))
    config.memory_reservation_bytes = read_size(*field).value_or(0);
  if (const auto field = n.get("devices")) {
    for (auto& request : read_device_requests(*field))
      config.device_requests.push_back(std::move(request));
  }
}

} // namespace

void read_deploy(const node& deploy, const node& service, container_config& config) {
  check_members(deploy, {"resources"}, refused_of_deploy, "deploy");
  const auto resources = deploy.get("resources");
  if (!resources)
    return;
  check_members(*resources, {"limits", "reservations"}, "resources");
  if (const auto limits = resources->get("limits"))
    read_limits(*limits, service, config);
  if (const auto reservations = resources->get("reservations"))
    read_reservations(*reservations, service, config);
}

} // namespace copal::planning
