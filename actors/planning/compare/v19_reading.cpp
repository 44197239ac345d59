#include "actors/planning/compare/v19_reading.hpp"

#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/normalise/features.hpp"

namespace copal::planning {

namespace {

/// Leaves out what v19 drops of every composition. Not `annotations`, which an older engine may
/// have dropped of a container of ours, and gets when a newer one comes; nor the limits of
/// `deploy`, which look like those beside it that v19 takes.
void drop_as_v19(const container_config& there, container_config& wanted) {
  const container_config none;
  wanted.cgroupns_mode = none.cgroupns_mode;
  wanted.device_requests = requests_by_label(wanted.labels);
  wanted.memory_swap_bytes = none.memory_swap_bytes;
  wanted.runtime = none.runtime;
  wanted.stdin_open = none.stdin_open;
  if (wanted.uts_mode != none.uts_mode && wanted.network_mode == "host")
    wanted.hostname = there.hostname; // the device's name, which nobody else can have given it
  wanted.uts_mode = none.uts_mode;
}

} // namespace

bool is_as_v19_reads(const supervised_container& current,
  const target_release& release,
  const target_service& wanted,
  const image_facts* facts,
  const engine_image_id& image,
  const compare_context& context) {
  if (!wanted.v19_overrides || current.what.made_here || current.who.release != release.id
      || current.who.commit != release.commit)
    return false;
  auto theirs = wanted;
  theirs.overrides = *wanted.v19_overrides;
  drop_as_v19(current.what.config, theirs.config);
  return differences(current.what, resolve(theirs, facts, image), context).empty();
}

} // namespace copal::planning
