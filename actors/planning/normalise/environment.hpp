#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"

#include <string>

namespace copal::planning {

/// A map of scalars or a list of `NAME=value`. A name without a value is refused: there is no host
/// environment to take it from.
environment read_environment(const node& n);

/// A map of scalars or a list of `key=value`; a key alone has an empty value. Keys as given.
label_map read_labels(const node& n);

/// What the supervisor puts into each container. Source: spec/state-engine.md §2.2.
environment injected_environment(const app_setting& app, const service_name& service);

/// Sets `BALENA_<name>` and `RESIN_<name>`.
void set_both(environment& env, const std::string& name, const std::string& text);

/// True for the variables that hold the device's name: it is set at create and never compared.
bool is_device_name_variable(const std::string& name);

} // namespace copal::planning
