#include "actors/planning/plan/plan_handover.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

namespace copal::planning {

namespace {

bool publishes(const container_config& c) {
  const auto& mode = c.network_mode;
  return mode != "host" && mode != "none" && !mode.starts_with("service:")
         && !mode.starts_with("container:");
}

/// No address is all addresses.
bool share(const port_binding& a, const port_binding& b) {
  const auto everywhere = [](const port_binding& p) {
    return p.host_ip.empty() || p.host_ip == "0.0.0.0" || p.host_ip == "::";
  };
  return a.host_port != 0 && a.host_port == b.host_port && a.protocol == b.protocol
         && (a.host_ip == b.host_ip || everywhere(a) || everywhere(b));
}

std::string shared_port(const container_config& old, const container_config& young) {
  if (!publishes(old) || !publishes(young))
    return {};
  // A range may have thousands of ports.
  std::multimap<std::uint16_t, const port_binding*> by_number;
  for (const auto& port : old.ports)
    by_number.emplace(port.host_port, &port);
  for (const auto& port : young.ports) {
    const auto [begin, end] = by_number.equal_range(port.host_port);
    const auto taken =
      std::any_of(begin, end, [&port](const auto& other) { return share(port, *other.second); });
    if (taken)
      return "both publish the host's port " + std::to_string(port.host_port) + '/'
             + to_string(port.protocol);
  }
  return {};
}

std::string shared_address(const container_config& old, const container_config& young) {
  for (const auto& [network, how] : young.networks) {
    const auto it = old.networks.find(network);
    if (it == old.networks.end())
      continue;
    for (const auto* address : {&how.ipv4, &how.ipv6}) {
      if (!address->empty() && (*address == it->second.ipv4 || *address == it->second.ipv6))
        return "both have the address " + *address + " in " + network;
    }
  }
  return {};
}

/// It ended, and nobody starts it again.
bool has_ended_for_good(const situation& s, const container& c) {
  if (c.state != container_state::exited)
    return false;
  const auto& stopped = s.engine.stopped_from_outside;
  switch (c.config.restart.mode) {
    case restart_mode::no:
      return true;
    case restart_mode::on_failure:
      return c.exit_code == 0;
    case restart_mode::unless_stopped:
      return std::binary_search(stopped.begin(), stopped.end(), c.id);
    case restart_mode::always:
      return false;
  }
  return false;
}

elder_fate fate_after(const situation& s,
  bool said,
  const container& young,
  std::chrono::milliseconds timeout,
  const std::string& text) {
  using kind = elder_fate::kind;
  if (said)
    return {kind::goes, "the new container has taken over"};
  if (!is_up(young) && !has_ended_for_good(s, young))
    return {kind::waits, text + "the new one runs: it is " + to_string(young.state)};
  // The engine starts it again and again: now it does not run.
  if (young.state == container_state::restarting)
    return {kind::waits, text + "the new one runs: the engine restarts it"};
  return {kind::goes,
    "the new container did not say within " + std::to_string(timeout.count())
      + " ms that it has taken over"};
}

/// Something else that is held, by the old one most likely, keeps the new one from starting.
const error* start_conflict(const situation& s, const supervised_container& young) {
  const auto subject =
    subject_of({young.who.app, start_container{young.what.id, young.who.name}, {}});
  const auto it = s.failures.find(subject);
  const auto conflicts = it != s.failures.end() && it->second.action == "start"
                         && it->second.last.code == errc::conflict;
  return conflicts ? &it->second.last : nullptr;
}

} // namespace

const supervised_container* elder_of(const app_standing& app, const service_pair& pair) {
  const supervised_container* elder = nullptr;
  if (pair.current == nullptr || pair.target->strategy != update_strategy::hand_over)
    return nullptr;
  for (const auto* c : app.surplus) {
    if (c->who.name == pair.target->name && is_retired(*c)
        && (elder == nullptr || elder->what.created < c->what.created))
      elder = c;
  }
  return elder;
}

std::chrono::milliseconds handover_timeout(const label_map& labels) {
  constexpr std::chrono::milliseconds usual{60'000};
  const auto it = labels.find(std::string{label::handover_timeout});
  if (it == labels.end())
    return usual;
  std::int32_t count = 0;
  const auto* end = it->second.data() + it->second.size();
  const auto [stop, problem] = std::from_chars(it->second.data(), end, count);
  if (problem == std::errc::result_out_of_range && stop == end && it->second.front() != '-')
    return std::chrono::milliseconds{std::numeric_limits<std::int32_t>::max()};
  return problem == std::errc{} && stop == end && count > 0 ? std::chrono::milliseconds{count}
                                                            : usual;
}

std::string handover_obstacle(const container_config& old, const container_config& young) {
  auto why = shared_port(old, young);
  return why.empty() ? shared_address(old, young) : why;
}

elder_fate fate_of_elder(const situation& s,
  const supervised_container& elder,
  const service_pair& pair,
  const std::string& leaving) {
  using kind = elder_fate::kind;
  if (!is_up(elder.what))
    return {kind::goes, "it ended before the new container had taken over"};
  if (!leaving.empty())
    return {kind::is_ended, leaving + " is made anew"};
  if (!pair.target->running)
    return {kind::is_ended, "the target wants the service stopped"};
  const auto& young = *pair.current;
  const std::string until = "its old container stays until ";
  const auto timeout = handover_timeout(pair.target->config.labels);
  const auto over = s.handed_over.find({elder.what.id, young.what.id});
  if (over != s.handed_over.end())
    return fate_after(s, over->second, young.what, timeout, until);
  if (young.what.state == container_state::created) {
    // Others, too, leave a hand-over in its middle.
    if (auto why = handover_obstacle(elder.what.config, pair.wanted); !why.empty())
      return {kind::is_ended, "no hand-over: " + why};
    if (const auto* why = start_conflict(s, young))
      return {kind::is_ended, "the new container cannot start beside it: " + to_string(*why)};
    return {kind::waits, until + "the new one runs: it was never started"};
  }
  return {kind::awaits,
    "its old container stays until it says so, for " + std::to_string(timeout.count())
      + " ms at most"};
}

} // namespace copal::planning
