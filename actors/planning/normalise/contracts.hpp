#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What services ask of the device they run on. Source: spec/cloud-protocol.md §11.
namespace copal::planning {

/// One thing that a service asks for; what is empty may be anything.
struct requirement {
  std::string type; ///< "sw.l4t"
  std::string slug;
  std::string version;   ///< A range of versions.
  bool has_data = false; ///< It names more, which no device offers.

  bool operator==(const requirement&) const = default;
};

/// "sw.os balena-os >=2.9"
std::string to_string(const requirement& x);

struct service_contract {
  using any_of = std::vector<requirement>;
  std::vector<any_of> wants; ///< All of these, and of each one alternative.

  bool operator==(const service_contract&) const = default;
};

/// Reads the member `contract` of a service; refuses what is not of the form, and types of
/// requirements that are not known, since nobody could say whether they are met.
service_contract read_contract(const node& n, const std::string& service);

/// What a device has.
struct contract_offer {
  std::string type;
  std::string slug;
  std::string version;

  bool operator==(const contract_offer&) const = default;
};

/// What of the device's facts is known, in the order of its types.
std::vector<contract_offer> offers_of(const device_facts& device);

/// The version of L4T in a kernel's release: `4.9.140-l4t-r32.2+g3dcbed5` has 32.2.0.
std::optional<std::string> l4t_version(std::string_view kernel_release);

/// What of a contract is not met, for people: "sw.l4t >=32.1, and this device has 31.0.0".
std::vector<std::string> unmet_parts(
  const service_contract& contract, const std::vector<contract_offer>& offers);

/// What is to be known of a service to say whether it can run on this device.
struct candidate {
  service_name name;
  service_name network_of; ///< The service whose network it shares; empty: none.
  bool optional = false;   ///< The release can do without it.
  bool met = true;         ///< Its contract.
};

struct admission {
  std::vector<service_name> left_out; ///< Optional ones that cannot run here; sorted.
  std::vector<service_name> missed;   ///< The others; not empty: the release is rejected. Sorted.
};

/// Which services of a release are left out, and which forbid it. One that shares the network of a
/// service that is left out cannot run either.
admission admit(const std::vector<candidate>& services);

/// "Services with unmet requirements: db, web"
std::string rejection_text(const admission& x);

} // namespace copal::planning
