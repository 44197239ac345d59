#include "actors/planning/normalise/port_conflicts.hpp"

#include "actors/planning/normalise/service_networks.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace copal::planning {

namespace {

/// What can be held once.
using place = std::tuple<transport, std::uint16_t, std::string>;

bool publishes(const target_service& s) {
  const auto& mode = s.config.network_mode;
  return s.running && mode != "host" && mode != "none" && shared_service(mode).empty();
}

/// No address is all of both families, for the engine as for the kernel.
std::vector<place> places(const port_binding& port) {
  if (port.host_port == 0)
    return {};
  if (!port.host_ip.empty())
    return {{port.protocol, port.host_port, port.host_ip}};
  return {{port.protocol, port.host_port, "0.0.0.0"}, {port.protocol, port.host_port, "::"}};
}

std::string shown(const port_binding& port) {
  const bool v6 = port.host_ip.find(':') != std::string::npos;
  const auto address = v6 ? '[' + port.host_ip + ']' : port.host_ip;
  return (address.empty() ? "" : address + ':') + std::to_string(port.host_port) + '/'
         + to_string(port.protocol);
}

} // namespace

void check_port_conflicts(const std::vector<read_service>& services) {
  std::map<place, const read_service*> holders;
  std::set<std::pair<const read_service*, const read_service*>> told;
  for (const auto& s : services) {
    if (!publishes(s.service))
      continue;
    for (const auto& port : s.service.config.ports) {
      for (const auto& wanted : places(port)) {
        const auto* holder = holders.emplace(wanted, &s).first->second;
        if (holder == &s || !told.emplace(holder, &s).second)
          continue;
        s.place.reject("it publishes the host's port " + shown(port) + ", as the service "
                       + holder->service.name.value
                       + " does, so only one of them could run; give one another port under ports");
      }
    }
  }
}

} // namespace copal::planning
