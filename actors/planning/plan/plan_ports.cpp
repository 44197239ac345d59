#include "actors/planning/plan/plan_ports.hpp"

#include "actors/planning/plan/plan_dependencies.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

/// A container without a network of its own publishes nothing.
bool publishes(const container_config& config) {
  const auto& mode = config.network_mode;
  return mode != "host" && mode != "none" && !mode.starts_with("container:")
         && !mode.starts_with("service:");
}

bool is_any(const std::string& address) {
  return address.empty() || address == "0.0.0.0" || address == "::";
}

/// How two ports of the host get on.
enum class relation { apart, overlapping, same };

relation relation_of(const port_binding& a, const port_binding& b) {
  if (a.host_port == 0 || a.host_port != b.host_port || a.protocol != b.protocol)
    return relation::apart;
  if (a.host_ip == b.host_ip || (a.host_ip.empty() && is_any(b.host_ip))
      || (b.host_ip.empty() && is_any(a.host_ip)))
    return relation::same;
  return is_any(a.host_ip) || is_any(b.host_ip) ? relation::overlapping : relation::apart;
}

/// The nearest relation of two containers, and the port of the first that it is about.
std::pair<relation, const port_binding*> relation_of(
  const container_config& a, const container_config& b) {
  std::pair<relation, const port_binding*> out{relation::apart, nullptr};
  if (!publishes(a) || !publishes(b))
    return out;
  for (const auto& x : a.ports) {
    for (const auto& y : b.ports)
      out = std::max(out, {relation_of(x, y), &x}, [](const auto& l, const auto& r) {
        return l.first < r.first;
      });
  }
  return out;
}

/// The container is the one that its service is to have, and to keep.
bool stays(const std::vector<app_standing>& apps, const supervised_container& c) {
  return std::any_of(apps.begin(), apps.end(), [&c](const app_standing& app) {
    return is_rejected(app) ? app.id == c.who.app
                            : std::any_of(app.pairs.begin(), app.pairs.end(), [&](const auto& p) {
                                return p.current == &c && p.target->running && p.differing.empty()
                                       && leaving_part(app, c.what.config).empty();
                              });
  });
}

/// The obstacle by the first container that is in the way in that manner.
template <class Test>
std::string obstacle_by(const situation& s, const service_pair& pair, Test is_in_the_way) {
  for (const auto& c : s.engine.containers) {
    if (pair.current == &c || !is_up(c.what))
      continue;
    const auto [how, port] = relation_of(pair.wanted, c.what.config);
    if (how != relation::apart && is_in_the_way(how, c))
      return "when port " + std::to_string(port->host_port) + '/' + to_string(port->protocol)
             + " of the host is free: " + c.what.name + " has it";
  }
  return {};
}

} // namespace

std::string port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const service_pair& pair) {
  return obstacle_by(s, pair, [&apps](relation how, const supervised_container& c) {
    return how == relation::same || !stays(apps, c);
  });
}

std::string lasting_port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const service_pair& pair) {
  return obstacle_by(s, pair, [&apps](relation how, const supervised_container& c) {
    return how == relation::same && stays(apps, c);
  });
}

bool is_in_the_way(const std::vector<app_standing>& apps, const service_pair& pair) {
  const auto& own = pair.current->what;
  return std::any_of(apps.begin(), apps.end(), [&](const app_standing& app) {
    return std::any_of(app.pairs.begin(), app.pairs.end(), [&](const service_pair& other) {
      return &other != &pair && other.target->running
             && (other.current == nullptr || !is_up(other.current->what))
             && relation_of(other.wanted, own.config).first != relation::apart;
    });
  });
}

} // namespace copal::planning
