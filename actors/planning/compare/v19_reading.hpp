#pragma once

#include "actors/planning/compare/compare.hpp"
#include "messages/model/target.hpp"

/// What the Node supervisor (v19) made can stay, also where it reads a composition otherwise than
/// we do. Source: spec/state-engine.md §2.7 and §14; docs/decisions/0102.
namespace copal::planning {

/// True for a container of this very release that is what v19's reading of `wanted` asks for, and
/// that is not of our making. A release's composition never changes, so it was v19 that made it.
/// `facts` and `image` as for `resolve`.
bool is_as_v19_reads(const supervised_container& current,
  const target_release& release,
  const target_service& wanted,
  const image_facts* facts,
  const engine_image_id& image,
  const compare_context& context);

} // namespace copal::planning
