#include "actors/planning/compare/compare.hpp"

#include "actors/planning/compare/compare_values.hpp"
#include "actors/planning/compare/shown.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"
#include "actors/planning/normalise/environment.hpp"
#include "actors/planning/normalise/service_networks.hpp"

#include <algorithm>
#include <type_traits>

namespace copal::planning {

namespace {

/// The two sides of a comparison, and what is found.
struct comparison {
  const container& now; ///< What the engine shows.
  const container_config& current;
  const container_config& target;
  const compare_context& context;
  std::vector<field_difference> found;

  template <class T>
  void tell(std::string_view field, const T& a, const T& b) {
    if (a != b)
      found.push_back(told_apart(std::string{field}, shown(a), shown(b)));
  }
};

using rule_name = std::string_view;

// The kinds of comparison, made for a member.

template <auto Member>
void exact(rule_name name, comparison& c) {
  c.tell(name, c.current.*Member, c.target.*Member);
}

template <auto Member>
void unordered(rule_name name, comparison& c) {
  c.tell(name, sorted(c.current.*Member), sorted(c.target.*Member));
}

/// The engine dropped it: it shows what it shows when nothing was asked for.
template <auto Member>
bool is_dropped(engine_feature what, const comparison& c) {
  const auto& there = c.current.*Member;
  return c.context.lacks.contains(what) && there == std::remove_cvref_t<decltype(there)>{};
}

/// Exact, but for what this engine cannot do.
template <auto Member, engine_feature What>
void if_had(rule_name name, comparison& c) {
  if (!is_dropped<Member>(What, c))
    exact<Member>(name, c);
}

/// Unordered, after each item got the spelling that all engines agree on.
template <auto Member, std::string (*Canonical)(std::string_view)>
void unordered_as(rule_name name, comparison& c) {
  c.tell(name, sorted(c.current.*Member, Canonical), sorted(c.target.*Member, Canonical));
}

// Comparisons of one field each. Source: spec/state-engine.md §4 and §14.

void env(rule_name name, comparison& c) {
  const auto is_missing = [](const environment& where, const std::string& key) {
    return where.count(key) == 0;
  };
  const auto tell = [&](const std::string& key) {
    if (!is_device_name_variable(key))
      c.found.push_back({std::string{name} + '(' + key + ')', "hidden", "hidden"});
  };
  for (const auto& [key, text] : c.target.env) {
    if (is_missing(c.current.env, key) || c.current.env.at(key) != text)
      tell(key);
  }
  for (const auto& [key, text] : c.current.env) {
    if (is_missing(c.target.env, key))
      tell(key);
  }
}

void tell_labels(rule_name name,
  const label_map& current,
  const label_map& target,
  std::vector<field_difference>& found) {
  auto keys = current;
  keys.insert(target.begin(), target.end());
  const auto text = [](const label_map& where, label_map::const_iterator it) {
    return it == where.end() ? std::string{"none"} : shown(it->second);
  };
  for (const auto& [key, ignored] : keys) {
    const auto a = current.find(key);
    const auto b = target.find(key);
    const auto both = a != current.end() && b != target.end();
    if (!both || a->second != b->second)
      found.push_back(
        told_apart(std::string{name} + '(' + key + ')', text(current, a), text(target, b)));
  }
}

void labels(rule_name name, comparison& c) {
  tell_labels(name, modern_labels(c.current.labels), modern_labels(c.target.labels), c.found);
}

void annotations(rule_name name, comparison& c) {
  if (is_dropped<&container_config::annotations>(engine_feature::annotations, c))
    return;
  tell_labels(name, c.current.annotations, c.target.annotations, c.found);
}

void init(rule_name name, comparison& c) {
  if (c.target.init)
    c.tell(name, c.current.init.value_or(false), *c.target.init);
}

/// What the target leaves to the engine is as the engine likes it.
template <auto Member>
void if_given(rule_name name, comparison& c) {
  const auto& wanted = c.target.*Member;
  if (wanted != std::remove_cvref_t<decltype(wanted)>{})
    c.tell(name, c.current.*Member, wanted);
}

/// The engine adds the options of its own configuration. The values of options may be keys to a
/// log service: they are not shown.
void logging(rule_name name, comparison& c) {
  if (!c.target.logging)
    return;
  const auto& wanted = *c.target.logging;
  const auto there = c.current.logging.value_or(log_config{});
  if (!wanted.driver.empty())
    c.tell(name, there.driver, wanted.driver);
  for (const auto& [key, text] : wanted.options) {
    const auto it = there.options.find(key);
    if (it == there.options.end() || it->second != text)
      c.found.push_back({std::string{name} + '(' + key + ')', "hidden", "hidden"});
  }
}

/// The engine takes the check without what it does not know.
void healthcheck(rule_name name, comparison& c) {
  auto wanted = c.target.healthcheck;
  if (c.context.lacks.contains(engine_feature::start_interval)
      && c.current.healthcheck.start_interval.count() == 0)
    wanted.start_interval = {};
  c.tell(name, c.current.healthcheck, wanted);
}

/// Where the kernel does not count swap, the engine shows no limit (-1) whatever it was sent.
void memswap_limit(rule_name name, comparison& c) {
  const auto wanted = c.target.memory_swap_bytes;
  const bool is_dropped = c.context.lacks.contains(engine_feature::memswap_limit) && wanted > 0
                          && c.current.memory_swap_bytes == -1;
  if (wanted != 0 && !is_dropped)
    c.tell(name, c.current.memory_swap_bytes, wanted);
}

/// podman spells the default out.
void uts(rule_name name, comparison& c) {
  const auto canonical = [](const std::string& mode) {
    return mode == "private" ? std::string{} : mode;
  };
  c.tell(name, canonical(c.current.uts_mode), canonical(c.target.uts_mode));
}

void working_dir(rule_name name, comparison& c) {
  const auto canonical = [](const std::string& path) { return path.empty() ? "/" : path; };
  c.tell(name, canonical(c.current.working_dir), canonical(c.target.working_dir));
}

void stop_signal(rule_name name, comparison& c) {
  const auto canonical = [](const std::string& text) { return text.empty() ? "SIGTERM" : text; };
  c.tell(name, canonical(c.current.stop_signal), canonical(c.target.stop_signal));
}

void security_opt(rule_name name, comparison& c) {
  auto current = c.current.security_opt;
  const auto is_engines = [](const std::string& text) {
    return text.rfind("label=", 0) == 0 || text.rfind("label:", 0) == 0;
  };
  current.erase(std::remove_if(current.begin(), current.end(), is_engines), current.end());
  c.tell(name, sorted(std::move(current)), sorted(c.target.security_opt));
}

void pids_limit(rule_name name, comparison& c) {
  constexpr std::int64_t none = 0;
  if (c.context.lacks.contains(engine_feature::pids_limit) && c.current.pids_limit <= none)
    return;
  c.tell(name, std::max(c.current.pids_limit, none), std::max(c.target.pids_limit, none));
}

/// The network mode, and the hostname, which is the other's where the network is shared.
void network_mode(rule_name name, comparison& c) {
  const auto shared = shared_service(c.target.network_mode);
  if (!shared.empty()) {
    const auto it = c.context.services.find(std::string{shared});
    const auto wanted =
      it == c.context.services.end() ? c.target.network_mode : "container:" + it->second.value;
    c.tell(name, c.current.network_mode, wanted);
    return;
  }
  c.tell(name, c.current.network_mode, c.target.network_mode);
  if (c.target.uts_mode == "host") // the machine's own name, which is nobody's to set
    return;
  const bool is_engines = c.current.hostname == short_id(c.now.id);
  c.tell("hostname", is_engines ? std::string{} : c.current.hostname, c.target.hostname);
}

/// Without a network there is no interface that has one: Docker 20.10 shows what it was told, and
/// 26 is never told.
void mac_address(rule_name name, comparison& c) {
  if (c.target.network_mode != "none")
    exact<&container_config::mac_address>(name, c);
}

/// What the target wants of a network must be there; more may be.
void networks(rule_name name, comparison& c) {
  for (const auto& [network, wanted] : c.target.networks) {
    const auto field = std::string{name} + '(' + network + ')';
    const auto it = c.current.networks.find(network);
    if (it == c.current.networks.end()) {
      c.found.push_back(told_apart(field, "not joined", shown(wanted)));
      continue;
    }
    auto there = it->second;
    auto& aliases = there.aliases;
    aliases.erase(std::remove(aliases.begin(), aliases.end(), short_id(c.now.id)), aliases.end());
    if (!satisfies(there, wanted))
      c.found.push_back(told_apart(field, shown(there), shown(wanted)));
  }
}

struct rule {
  rule_name name;
  void (*compare)(rule_name, comparison&);
};

using config = container_config;

/// All fields but those that never ask for a new container: `nano_cpus`. What is compared only
/// where the target gives it, the engine fills in otherwise.
constexpr rule rules[] = {
  {"image", exact<&config::image>},
  {"command", exact<&config::command>},
  {"entrypoint", exact<&config::entrypoint>},
  {"env", env},
  {"labels", labels},
  {"annotations", annotations},
  {"user", exact<&config::user>},
  {"working_dir", working_dir},
  {"tty", exact<&config::tty>},
  {"stdin_open", exact<&config::stdin_open>},
  {"init", init},
  {"stop_signal", stop_signal},
  {"stop_grace_period", exact<&config::stop_grace_period>},
  {"healthcheck", healthcheck},
  {"restart", exact<&config::restart>},
  {"runtime", if_given<&config::runtime>},
  {"logging", logging},
  {"volumes", unordered_as<&config::binds, canonical_bind>},
  {"mounts", unordered<&config::mounts>},
  {"anonymous_volumes", exact<&config::anonymous_volumes>},
  {"tmpfs", unordered<&config::tmpfs>},
  {"read_only", exact<&config::read_only>},
  {"shm_size", exact<&config::shm_bytes>},
  {"network_mode", network_mode},
  {"networks", networks},
  {"ports", unordered<&config::ports>},
  {"domainname", if_had<&config::domainname, engine_feature::domainname>},
  {"mac_address", mac_address},
  {"dns", exact<&config::dns>},
  {"dns_search", exact<&config::dns_search>},
  {"dns_opt", unordered<&config::dns_options>},
  {"extra_hosts", unordered<&config::extra_hosts>},
  {"privileged", exact<&config::privileged>},
  {"cap_add", unordered_as<&config::cap_add, canonical_capability>},
  {"cap_drop", unordered_as<&config::cap_drop, canonical_capability>},
  {"group_add", unordered<&config::group_add>},
  {"security_opt", security_opt},
  {"devices", unordered<&config::devices>},
  {"device_requests", if_had<&config::device_requests, engine_feature::gpus>},
  {"sysctls", exact<&config::sysctls>},
  {"pid", exact<&config::pid_mode>},
  {"ipc", exact<&config::ipc_mode>},
  {"userns_mode", exact<&config::userns_mode>},
  {"uts", uts},
  {"cgroup", if_given<&config::cgroupns_mode>},
  {"cgroup_parent", exact<&config::cgroup_parent>},
  {"ulimits", unordered<&config::ulimits>},
  {"pids_limit", pids_limit},
  {"cpu_shares", if_had<&config::cpu_shares, engine_feature::cpu_shares>},
  {"cpu_quota", if_had<&config::cpu_quota, engine_feature::cpu_quota>},
  {"cpuset", if_had<&config::cpuset, engine_feature::cpuset>},
  {"mem_limit", if_had<&config::memory_bytes, engine_feature::mem_limit>},
  {"mem_reservation", if_had<&config::memory_reservation_bytes, engine_feature::mem_limit>},
  {"memswap_limit", memswap_limit},
  {"oom_score_adj", exact<&config::oom_score_adj>},
  {"oom_kill_disable", if_had<&config::oom_kill_disable, engine_feature::oom_kill_disable>},
};

label_map without(label_map labels, std::initializer_list<std::string_view> keys) {
  labels = modern_labels(std::move(labels));
  for (const auto key : keys)
    labels.erase(std::string{key});
  return labels;
}

/// Key by key. A driver may take a password: the values are not shown.
void tell_driver_opts(const std::map<std::string, std::string>& current,
  const std::map<std::string, std::string>& target,
  std::vector<field_difference>& found) {
  auto keys = current;
  keys.insert(target.begin(), target.end());
  for (const auto& [key, ignored] : keys) {
    const auto a = current.find(key);
    const auto b = target.find(key);
    if (a == current.end() || b == target.end() || a->second != b->second)
      found.push_back({"driver_opts(" + key + ')', "hidden", "hidden"});
  }
}

template <class T>
void tell(std::vector<field_difference>& found, rule_name field, const T& a, const T& b) {
  if (a != b)
    found.push_back(told_apart(std::string{field}, shown(a), shown(b)));
}

} // namespace

std::vector<field_difference> differences(
  const container& current, const container_config& target, const compare_context& context) {
  comparison c{current, current.config, target, context, {}};
  for (const auto& rule : rules)
    rule.compare(rule.name, c);
  return std::move(c.found);
}

std::vector<field_difference> differences(
  const network_config& current, const network_config& target) {
  std::vector<field_difference> found;
  if (!target.config_only)
    tell(found, "driver", current.driver, target.driver);
  tell_driver_opts(current.driver_opts, target.driver_opts, found);
  tell(found, "ipam.driver", current.ipam_driver, target.ipam_driver);
  tell(found, "ipam.options", current.ipam_options, target.ipam_options);
  if (!target.pools.empty())
    tell(found, "ipam.config", sorted(current.pools), sorted(target.pools));
  tell(found, "enable_ipv6", current.enable_ipv6, target.enable_ipv6);
  tell(found, "internal", current.internal, target.internal);
  tell(found, "config_only", current.config_only, target.config_only);
  tell_labels("labels",
    without(current.labels, {label::supervised}),
    without(target.labels, {label::supervised}),
    found);
  return found;
}

std::vector<field_difference> differences(
  const volume_config& current, const volume_config& target) {
  std::vector<field_difference> found;
  tell(found, "driver", current.driver, target.driver);
  tell_driver_opts(current.driver_opts, target.driver_opts, found);
  tell_labels("labels",
    without(current.labels, {label::supervised, label::app_uuid}),
    without(target.labels, {label::supervised, label::app_uuid}),
    found);
  return found;
}

std::string summary(const std::vector<field_difference>& found) {
  constexpr std::size_t room = 170; // leaves place for the end of the sentence
  if (found.empty())
    return {};
  std::string out;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& field = found[i].field;
    if (i > 0 && out.size() + field.size() > room)
      return out + " and " + std::to_string(found.size() - i) + " more differ";
    out += (i == 0 ? "" : ", ") + field.substr(0, room);
  }
  return out + (found.size() == 1 ? " differs" : " differ");
}

} // namespace copal::planning
