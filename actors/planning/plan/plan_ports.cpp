#include "actors/planning/plan/plan_ports.hpp"

#include "actors/planning/plan/plan_dependencies.hpp"

#include <algorithm>
#include <utility>

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

/// The ports of the host that a container asks for by number, in their order; each with its place
/// among all that it asks for.
class host_ports {
public:
  using item = std::pair<const port_binding*, std::size_t>;

  explicit host_ports(const container_config& config) {
    if (!publishes(config))
      return;
    items_.reserve(config.ports.size());
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
      if (config.ports[i].host_port != 0)
        items_.emplace_back(&config.ports[i], i);
    }
    if (!std::is_sorted(items_.begin(), items_.end(), comes_before))
      std::sort(items_.begin(), items_.end(), comes_before);
  }

  /// Those with the number of that one, and its protocol.
  [[nodiscard]] auto equal_to(const item& one) const {
    return std::equal_range(items_.begin(), items_.end(), one, comes_before);
  }
  [[nodiscard]] const std::vector<item>& items() const { return items_; }

private:
  static std::pair<std::uint16_t, transport> key_of(const item& x) {
    return {x.first->host_port, x.first->protocol};
  }
  static bool comes_before(const item& a, const item& b) { return key_of(a) < key_of(b); }

  std::vector<item> items_;
};

/// The nearest relation of two containers, and the first port of the one that it is about. A range
/// may have thousands of ports: each is looked up.
std::pair<relation, const port_binding*> relation_of(
  const host_ports& one, const host_ports& other) {
  std::pair<relation, const port_binding*> out{relation::apart, nullptr};
  std::size_t place = 0;
  for (const auto& x : one.items()) {
    const auto [begin, end] = other.equal_to(x);
    for (auto it = begin; it != end; ++it) {
      const auto how = relation_of(*x.first, *it->first);
      if (how < out.first || (how == out.first && (out.second == nullptr || x.second >= place)))
        continue;
      out = {how, x.first};
      place = x.second;
    }
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

/// The obstacle by the first container that is in the way in that manner of one that is to have
/// this configuration; `own` is not.
template <class Test>
std::string obstacle_by(const situation& s,
  const container_config& wanted,
  const supervised_container* own,
  Test is_in_the_way) {
  const host_ports needed{wanted};
  if (needed.items().empty())
    return {};
  for (const auto& c : s.engine.containers) {
    if (own == &c || !is_up(c.what) || c.what.config.ports.empty())
      continue;
    const auto [how, port] = relation_of(needed, host_ports{c.what.config});
    if (how != relation::apart && is_in_the_way(how, c))
      return "when port " + std::to_string(port->host_port) + '/' + to_string(port->protocol)
             + " of the host is free: " + c.what.name + " has it";
  }
  return {};
}

} // namespace

std::string port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const service_pair& pair) {
  return obstacle_by(
    s, pair.wanted, pair.current, [&apps](relation how, const supervised_container& c) {
      return how == relation::same || !stays(apps, c);
    });
}

std::string port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const supervised_container& own) {
  return obstacle_by(
    s, own.what.config, &own, [&apps](relation how, const supervised_container& c) {
      return how == relation::same || !stays(apps, c);
    });
}

std::string lasting_port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const service_pair& pair) {
  return obstacle_by(
    s, pair.wanted, pair.current, [&apps](relation how, const supervised_container& c) {
      return how == relation::same && stays(apps, c);
    });
}

bool is_in_the_way(const std::vector<app_standing>& apps, const service_pair& pair) {
  const host_ports own{pair.current->what.config};
  if (own.items().empty())
    return false;
  return std::any_of(apps.begin(), apps.end(), [&](const app_standing& app) {
    return std::any_of(app.pairs.begin(), app.pairs.end(), [&](const service_pair& other) {
      return &other != &pair && other.target->running
             && (other.current == nullptr || !is_up(other.current->what))
             && relation_of(host_ports{other.wanted}, own).first != relation::apart;
    });
  });
}

} // namespace copal::planning
