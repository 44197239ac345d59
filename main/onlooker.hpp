#pragma once

#include "actors/planning/foresee/snapshot.hpp"
#include "adapters/http/address.hpp"
#include "main/places.hpp"
#include "messages/result.hpp"

namespace copal {

/// What there is on this machine, as a supervisor would see it that started now. Only looks: the
/// engine is asked for lists and inspections, of the store a copy is read, no lock is taken and no
/// file is made. `files_dir` is where files of services were asked to be; empty: as usual. An error
/// says what could not be looked at.
result<planning::snapshot> look_around(
  const places& where, const std::filesystem::path& files_dir, const http::address& engine);

} // namespace copal
