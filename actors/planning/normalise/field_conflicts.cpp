#include "actors/planning/normalise/field_conflicts.hpp"

#include "actors/planning/normalise/service_networks.hpp"

#include <string>
#include <string_view>

namespace copal::planning {

namespace {

/// An engine takes a limit for swap only on top of one for memory.
void check_swap(const node& composition, container_config& made) {
  const auto limit = made.memory_swap_bytes;
  if (limit <= 0 || (made.memory_bytes > 0 && limit >= made.memory_bytes))
    return;
  if (const auto field = composition.get("memswap_limit"))
    field->unsupported("it is memory and swap together, and so at least mem_limit",
      "set mem_limit, or a larger memswap_limit");
  made.memory_swap_bytes = 0;
}

void check_processors(const node& composition, const container_config& made) {
  if (made.nano_cpus <= 0 || made.cpu_quota <= 0)
    return;
  if (const auto field = composition.get("cpu_quota"))
    field->reject("cpus stands beside it, and both say how much time the service gets; keep one of "
                  "the two");
}

/// The container lives in the networks of another, which has its own of all that.
void check_shared_networks(const node& composition, const std::string& mode) {
  if (shared_service(mode).empty())
    return;
  for (const std::string_view name : {"dns", "extra_hosts", "hostname", "ports"}) {
    const auto field = composition.get(name);
    const auto* text = field ? field->raw().as_text() : nullptr;
    const auto* list = field ? field->raw().as_list() : nullptr;
    const auto* map = field ? field->raw().as_map() : nullptr;
    const auto empty = !field || (text != nullptr && text->empty())
                       || (list != nullptr && list->empty()) || (map != nullptr && map->empty());
    if (!empty)
      field->reject("network_mode " + mode + " stands beside it: set it for "
                    + std::string{shared_service(mode)}
                    + ", in whose networks the container lives");
  }
}

/// Docker 20.10 refuses an address for an interface that is not the container's, 26 also one for no
/// interface at all.
void check_address(const node& composition, container_config& made) {
  const auto& mode = made.network_mode;
  if (made.mac_address.empty()
      || (mode != "host" && mode != "none" && shared_service(mode).empty()))
    return;
  if (const auto field = composition.get("mac_address"))
    field->unsupported(
      "with network_mode " + mode + " the container has no interface of its own", "remove it");
  made.mac_address.clear();
}

/// A setting of the kernel that each network or IPC namespace has for itself.
struct kernel_setting {
  std::string_view prefix;
  std::string_view field; ///< What may be `host`, so that the container has the machine's.
  std::string container_config::*mode;
};

/// Source: the settings that runc 1.1 takes, tried on Docker 20.10 and 26.
const kernel_setting kernel_settings[] = {
  {"net.", "network_mode", &container_config::network_mode},
  {"fs.mqueue.", "ipc", &container_config::ipc_mode},
  {"kernel.msg", "ipc", &container_config::ipc_mode},
  {"kernel.sem", "ipc", &container_config::ipc_mode},
  {"kernel.shm", "ipc", &container_config::ipc_mode},
};

/// No engine lets a container set what is the machine's: it could be made, and would never start.
void check_kernel_settings(const node& composition, const container_config& made) {
  const auto field = composition.get("sysctls");
  for (const auto& [name, text] : made.sysctls) {
    for (const auto& x : kernel_settings) {
      if (field && name.starts_with(x.prefix) && made.*(x.mode) == "host")
        field->reject(name + " is the machine's, since " + std::string{x.field}
                      + " is host; set it on the machine, or remove one of the two");
    }
  }
}

/// With the machine's names a container has none of its own. v19 knew no `uts`: without it the
/// service runs as it did there.
void check_names(const node& composition, container_config& made) {
  const bool is_named = (!made.domainname.empty() && shared_service(made.network_mode).empty())
                        || made.sysctls.contains("kernel.domainname");
  if (made.uts_mode != "host" || !is_named)
    return;
  if (const auto field = composition.get("uts"))
    field->unsupported(
      "domainname stands beside it, and would rename the machine", "keep one of the two");
  made.uts_mode.clear();
}

} // namespace

void check_field_conflicts(const node& composition, target_service& service) {
  check_swap(composition, service.config);
  check_processors(composition, service.config);
  check_shared_networks(composition, service.config.network_mode);
  check_address(composition, service.config);
  check_kernel_settings(composition, service.config);
  check_names(composition, service.config);
}

} // namespace copal::planning
