#include "actors/planning/normalise/composition.hpp"

#include "actors/planning/normalise/dependencies.hpp"
#include "actors/planning/normalise/deploy.hpp"
#include "actors/planning/normalise/environment.hpp"
#include "actors/planning/normalise/field_conflicts.hpp"
#include "actors/planning/normalise/fields.hpp"
#include "actors/planning/normalise/service_networks.hpp"
#include "actors/planning/normalise/service_refusals.hpp"
#include "actors/planning/normalise/service_volumes.hpp"
#include "actors/planning/normalise/v19_overrides.hpp"

#include <string_view>
#include <vector>

namespace copal::planning {

namespace {

struct draft {
  const app_setting& app;
  target_service& service;
  const node& composition; ///< For fields that depend on others.
};

// Readers for the table, made for a member.

template <auto Member>
void text(const node& n, draft& d) {
  d.service.config.*Member = n.text();
}

template <auto Member>
void flag(const node& n, draft& d) {
  d.service.config.*Member = n.boolean();
}

template <auto Member>
void truthy(const node& n, draft& d) {
  d.service.config.*Member = read_truthy(n);
}

template <auto Member>
void texts(const node& n, draft& d) {
  d.service.config.*Member = read_texts(n);
}

template <auto Member>
void number(const node& n, draft& d) {
  d.service.config.*Member = read_count(n);
}

template <auto Member>
void size(const node& n, draft& d) {
  if (const auto bytes = read_size(n))
    d.service.config.*Member = *bytes;
}

template <auto Member>
void words(const node& n, draft& d) {
  d.service.overrides.*Member = read_words(n);
}

template <auto Member>
void override_text(const node& n, draft& d) {
  d.service.overrides.*Member = n.text();
}

// Readers for one field each.

void annotations(const node& n, draft& d) {
  auto& made = d.service.config.annotations;
  made = read_labels(n);
  if (made.erase(std::string{}) > 0)
    n.unsupported("engines refuse one without a name", "give it one");
}

void cgroup(const node& n, draft& d) {
  d.service.config.cgroupns_mode = read_choice(n, "private", "host");
}

void deploy(const node& n, draft& d) {
  read_deploy(n, d.composition, d.service.config);
}

void variables(const node& n, draft& d) {
  d.service.config.env = read_environment(n);
}

void own_labels(const node& n, draft& d) {
  d.service.config.labels = read_labels(n);
}

void depends_on(const node& n, draft& d) {
  d.service.depends_on = read_depends_on(n);
}

void devices(const node& n, draft& d) {
  d.service.config.devices = read_devices(n);
}

void gpus(const node& n, draft& d) {
  for (auto& request : read_gpus(n))
    d.service.config.device_requests.push_back(std::move(request));
}

void healthcheck(const node& n, draft& d) {
  d.service.overrides.healthcheck = read_health_check(n);
}

void nano_cpus(const node& n, draft& d) {
  d.service.config.nano_cpus = read_nano_cpus(n);
}

void init(const node& n, draft& d) {
  d.service.config.init = n.boolean();
}

/// No text is as good as none.
void ipc(const node& n, draft& d) {
  if (auto mode = read_namespace(n, {"none", "private", "shareable", "host"}); !mode.empty())
    d.service.config.ipc_mode = std::move(mode);
}

/// A namespace of its own is what it has without a word, and not every engine has a word for it.
/// Docker 20.10 takes any other word for that, so that releases of the cloud run with one: newer
/// engines say of it that they do not start such a service.
void pid(const node& n, draft& d) {
  const auto text = n.text();
  if (!n.strict() && text != "private") {
    if (!text.empty() && text != "host" && !text.starts_with("container:"))
      n.warn("it is neither host nor container:<name>; only older engines start such a service");
    d.service.config.pid_mode = text;
  } else if (auto mode = read_namespace(n, {"private", "host"}); mode != "private")
    d.service.config.pid_mode = std::move(mode);
}

void mem_limit(const node& n, draft& d) {
  d.service.config.memory_bytes = read_memory(n);
}

/// The cloud forwards what a service writes from the engine's own logs.
void logging(const node& n, draft& d) {
  if (n.strict())
    d.service.config.logging = read_logging(n);
  else
    n.warn("the supervisor reads the engine's own logs: ignored");
}

void memswap_limit(const node& n, draft& d) {
  d.service.config.memory_swap_bytes = read_memswap(n);
}

void ports(const node& n, draft& d) {
  d.service.config.ports = read_ports(n);
}

/// What is in such files stands under environment when a compose file comes here.
void env_file(const node& n, draft&) {
  if (!n.strict())
    n.warn("the cloud sends no such file: ignored");
}

/// Of a file's services only those that are chosen come here.
void profiles(const node& n, draft&) {
  if (!n.strict())
    n.warn("every service of a release runs: ignored");
}

/// What is done in any case, and the only choice: an image that is there is not fetched.
void pull_policy(const node& n, draft&) {
  if (!n.strict())
    return n.warn("it is always missing, and this is ignored");
  const auto text = n.text();
  if (text != "missing" && text != "if_not_present")
    n.refuse("missing: an image that is there is not fetched; for a newer one change its tag");
}

void restart(const node& n, draft& d) {
  d.service.config.restart = read_restart(n);
}

void running(const node& n, draft& d) {
  if (n.strict())
    n.reject("not a compose field; remove the service, or leave it to run");
  else
    d.service.running = n.boolean();
}

void extra_hosts(const node& n, draft& d) {
  d.service.config.extra_hosts = read_extra_hosts(n);
}

/// In a compose file they are read with what stands at its top.
void files(const node& n, draft&) {
  if (!n.strict())
    n.warn("the cloud sends no such files: ignored");
}

void security_opt(const node& n, draft& d) {
  d.service.config.security_opt = read_security_opt(n);
}

/// 0 stands for the default, as it does for the engine.
void shm_size(const node& n, draft& d) {
  if (const auto bytes = read_size(n, "64m"); bytes && *bytes > 0)
    d.service.config.shm_bytes = *bytes;
}

void stop_grace_period(const node& n, draft& d) {
  d.service.config.stop_grace_period = read_grace(n);
}

void sysctls(const node& n, draft& d) {
  d.service.config.sysctls = read_sysctls(n);
}

void tmpfs(const node& n, draft& d) {
  d.service.config.tmpfs = read_tmpfs(n);
}

void ulimits(const node& n, draft& d) {
  d.service.config.ulimits = read_ulimits(n);
}

void uts(const node& n, draft& d) {
  auto mode = read_choice(n, "host", "");
  if (mode == "host" && d.composition.get("hostname"))
    n.unsupported("hostname stands beside it, and would rename the machine", "keep one of the two");
  else
    d.service.config.uts_mode = std::move(mode);
}

void volumes(const node& n, draft& d) {
  read_service_volumes(n, d.app, d.service.config);
}

/// The kernel's range; engines refuse what is beyond.
void oom_score_adj(const node& n, draft& d) {
  constexpr std::int64_t most = 1000;
  const auto number = read_count(n);
  if (number < -most || number > most)
    n.refuse("a whole number from -1000 to 1000");
  else
    d.service.config.oom_score_adj = number;
}

void working_dir(const node& n, draft& d) {
  auto path = n.text();
  if (!path.empty() && path.front() != '/')
    n.refuse("an absolute path");
  else
    d.service.overrides.working_dir = std::move(path);
}

/// Read by the caller, who knows more: the image, and the networks with their mode.
void elsewhere(const node&, draft&) {}

struct field_rule {
  std::string_view name;
  void (*read)(const node&, draft&);
};

using config = container_config;
using overrides = image_overrides;

constexpr field_rule rules[] = {
  {"annotations", annotations},
  {"cap_add", texts<&config::cap_add>},
  {"cap_drop", texts<&config::cap_drop>},
  {"cgroup", cgroup},
  {"cgroup_parent", text<&config::cgroup_parent>},
  {"command", words<&overrides::command>},
  {"configs", files},
  {"cpu_quota", number<&config::cpu_quota>},
  {"cpu_shares", number<&config::cpu_shares>},
  {"cpus", nano_cpus},
  {"cpuset", text<&config::cpuset>},
  {"depends_on", depends_on},
  {"deploy", deploy},
  {"devices", devices},
  {"dns", texts<&config::dns>},
  {"dns_opt", texts<&config::dns_options>},
  {"dns_search", texts<&config::dns_search>},
  {"domainname", text<&config::domainname>},
  {"entrypoint", words<&overrides::entrypoint>},
  {"env_file", env_file},
  {"environment", variables},
  {"extra_hosts", extra_hosts},
  {"gpus", gpus},
  {"group_add", texts<&config::group_add>},
  {"healthcheck", healthcheck},
  {"hostname", text<&config::hostname>},
  {"image", elsewhere},
  {"init", init},
  {"ipc", ipc},
  {"labels", own_labels},
  {"logging", logging},
  {"mac_address", text<&config::mac_address>},
  {"mem_limit", mem_limit},
  {"mem_reservation", size<&config::memory_reservation_bytes>},
  {"memswap_limit", memswap_limit},
  {"network_mode", elsewhere},
  {"networks", elsewhere},
  {"oom_kill_disable", truthy<&config::oom_kill_disable>},
  {"oom_score_adj", oom_score_adj},
  {"pid", pid},
  {"pids_limit", number<&config::pids_limit>},
  {"ports", ports},
  {"privileged", flag<&config::privileged>},
  {"profiles", profiles},
  {"pull_policy", pull_policy},
  {"read_only", truthy<&config::read_only>},
  {"restart", restart},
  {"running", running},
  {"runtime", text<&config::runtime>},
  {"secrets", files},
  {"security_opt", security_opt},
  {"shm_size", shm_size},
  {"stdin_open", flag<&config::stdin_open>},
  {"stop_grace_period", stop_grace_period},
  {"stop_signal", override_text<&overrides::stop_signal>},
  {"sysctls", sysctls},
  {"tmpfs", tmpfs},
  {"tty", flag<&config::tty>},
  {"ulimits", ulimits},
  {"user", override_text<&overrides::user>},
  {"userns_mode", text<&config::userns_mode>},
  {"uts", uts},
  {"volumes", volumes},
  {"working_dir", working_dir},
};

void check_names(const node& composition) {
  std::vector<std::string_view> known;
  for (const auto& rule : rules)
    known.push_back(rule.name);
  if (!composition.strict())
    known.emplace_back("build"); // the cloud has built it
  check_members(composition, std::move(known), service_refusals(), "a service");
}

} // namespace

void read_composition(const node& composition, const app_setting& app, target_service& service) {
  check_names(composition);
  draft d{app, service, composition};
  for (const auto& rule : rules) {
    if (const auto field = composition.get(rule.name))
      rule.read(*field, d);
  }
  service.v19_overrides = read_as_v19(composition, service.overrides);
  read_service_networks(composition, app.uuid, service);
  check_field_conflicts(composition, service);
}

} // namespace copal::planning
