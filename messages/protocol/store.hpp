#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// What Copal keeps. Answers come after the bytes are on the disk. Errors: `exhausted` (disk full),
/// `corrupt` (damaged since it was opened), `unavailable` (I/O error).
using store_actor = caf::typed_actor<caf::replies_to<store::load_rows>::with<store::row_list>,
  caf::replies_to<store::put_row>::with<store::stored>,
  caf::replies_to<store::drop_row>::with<store::stored>,
  caf::replies_to<store::load_target>::with<store::stored_target>,
  caf::replies_to<store::save_target>::with<store::stored>,
  caf::replies_to<store::load_commits>::with<store::commit_list>,
  caf::replies_to<store::save_commit>::with<store::stored>,
  caf::replies_to<store::load_keys>::with<store::key_list>,
  caf::replies_to<store::put_key>::with<store::stored>,
  caf::replies_to<store::load_holds>::with<store::hold_list>,
  caf::replies_to<store::put_hold>::with<store::stored>,
  caf::replies_to<store::drop_hold>::with<store::stored>,
  caf::replies_to<store::load_downtimes>::with<store::downtime_list>,
  caf::replies_to<store::put_downtime>::with<store::stored>,
  caf::replies_to<store::load_facts>::with<store::store_facts>>;

} // namespace copal
