#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/container_config.hpp"
#include "messages/model/ids.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Readers for the fields of a composition that have a form of their own. Each refuses what it
/// cannot read. Source: spec/state-engine.md §2.
namespace copal::planning {

/// A list of texts; a single text stands for a list of one.
std::vector<std::string> read_texts(const node& n);

/// A command: a list, or a text that is split like a shell's.
std::vector<std::string> read_words(const node& n);

/// A boolean; from the cloud also what JavaScript takes for true.
bool read_truthy(const node& n);

/// An integer or its digits; from the cloud anything else counts as 0 (with a warning).
std::int64_t read_count(const node& n);

/// Bytes, like "64m" or 67108864; from the cloud anything else counts as 0 (with a warning that
/// names what is used then).
std::optional<std::int64_t> read_size(const node& n, std::string_view used = "0");

/// Bytes that a container may have of the machine's memory, 0 for no limit; less than engines take
/// is refused. Source: moby, daemon/daemon_unix.go, `linuxMinMemory`.
std::int64_t read_memory(const node& n);

/// Permission bits: an integer, or a text of octal digits like "0440".
std::int64_t read_mode(const node& n, std::int64_t most);

/// One of two words; from the cloud anything else counts as none (with a warning).
std::string read_choice(const node& n, std::string_view one, std::string_view other);

/// Whose namespace a container lives in: one of the words, another container's, or nothing.
std::string read_namespace(const node& n, std::initializer_list<std::string_view> known);

/// A text like "1m30s".
std::chrono::nanoseconds read_duration(const node& n);
/// Whole seconds of such a text; at most 100 years.
std::chrono::seconds read_grace(const node& n);

/// `host[:container[:permissions]]`, or a map of source, target and permissions.
std::vector<device_mapping> read_devices(const node& n);
/// `all`, or a list of requests; the capability gpu goes without saying.
std::vector<device_request> read_gpus(const node& n);
/// The list of `deploy.resources.reservations.devices`; only GPUs can be asked for.
std::vector<device_request> read_device_requests(const node& n);
std::vector<std::string> read_extra_hosts(const node& n);
health_check read_health_check(const node& n);
/// Driver and options.
log_config read_logging(const node& n);
/// Memory and swap together; -1 for no limit.
std::int64_t read_memswap(const node& n);
std::int64_t read_nano_cpus(const node& n);
/// Texts of `parse_ports`, and maps of target, published, host_ip and protocol.
std::vector<port_binding> read_ports(const node& n);
restart_policy read_restart(const node& n);
std::vector<std::string> read_security_opt(const node& n);
std::map<std::string, std::string> read_sysctls(const node& n);
std::vector<ulimit> read_ulimits(const node& n);

} // namespace copal::planning
