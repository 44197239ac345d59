#include "actors/planning/compare/v19_reading.hpp"

#include "actors/planning/compare/resolve.hpp"

namespace copal::planning {

bool is_as_v19_reads(const supervised_container& current,
  const target_release& release,
  const target_service& wanted,
  const image_facts* facts,
  const engine_image_id& image,
  const compare_context& context) {
  if (!wanted.v19_overrides || current.who.release != release.id
      || current.who.commit != release.commit)
    return false;
  auto theirs = wanted;
  theirs.overrides = *wanted.v19_overrides;
  return differences(current.what, resolve(theirs, facts, image), context).empty();
}

} // namespace copal::planning
